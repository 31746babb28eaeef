// Principal components of points whose axes are known: a line, an ellipse, a cloud in more dimensions than points.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Laboratory.Embeddings;

public class PrincipalComponentsTests
{
    [Fact]
    public void Of_PointsOnALine_HaveOneAxisWithAllOfTheVariance()
    {
        // (1, 2) + t (3, 4) for t = 0, 1, 5: along (0.6, 0.8) at 5 t
        var map = PrincipalComponents.Of([[1, 2], [4, 6], [16, 22]], axes: 2);

        map.Mean.Should().Equal(7, 10);
        map.Axes[0][0].Should().BeApproximately(0.6, 1e-12);
        map.Axes[0][1].Should().BeApproximately(0.8, 1e-12);
        map.Coordinates.Select(point => Math.Round(point[0], 10)).Should().Equal(-10, -5, 15);
        map.Coordinates.Should().OnlyContain(point => Math.Abs(point[1]) < 1e-12);
        map.ShareOf(0).Should().BeApproximately(1, 1e-12);
        map.Variances[0].Should().BeApproximately((100 + 25 + 225) / 3.0, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(137)]
    public void Of_EllipseTurnedByAnAngle_HasItsAxes(double degrees)
    {
        double c = Math.Cos(degrees * Math.PI / 180), s = Math.Sin(degrees * Math.PI / 180);
        double[][] points = [.. ((double[][])[[3, 0], [-3, 0], [0, 1], [0, -1]])
            .Select(point => (double[])[(c * point[0]) - (s * point[1]) + 5, (s * point[0]) + (c * point[1]) - 7])];

        var map = PrincipalComponents.Of(points, axes: 2);

        map.Variances[0].Should().BeApproximately(4.5, 1e-12);
        map.Variances[1].Should().BeApproximately(0.5, 1e-12);
        map.ShareOf(0).Should().BeApproximately(0.9, 1e-12);
        Math.Abs((map.Axes[0][0] * c) + (map.Axes[0][1] * s)).Should().BeApproximately(1, 1e-12);
        map.Coordinates[0][0].Should().BeApproximately(3, 1e-12, "of the two farthest points, the first is positive");
        map.Coordinates[2][1].Should().BeApproximately(1, 1e-12);
    }

    [Theory]
    [InlineData(4, 9)]
    [InlineData(9, 4)]
    [InlineData(200, 150)]
    public void Of_RandomPoints_KeepsDistancesWithAllAxes(int count, int channels)
    {
        double[][] points = Random(count, channels);
        int axes = Math.Min(count, channels);
        if (axes > 100)
        {
            axes = 2; // only then are distances shorter
        }

        var map = PrincipalComponents.Of(points, axes);

        for (int axis = 0; axis < axes; axis++)
        {
            for (int other = 0; other <= axis; other++)
            {
                double expected = other == axis && (axis < count - 1) ? 1 : 0;
                VectorGeometry.Dot(map.Axes[axis], map.Axes[other]).Should().BeApproximately(expected, 1e-10);
            }
        }

        double whole = VectorGeometry.Distance(points[0], points[1]), seen = VectorGeometry.Distance(map.Coordinates[0], map.Coordinates[1]);
        if (axes > 2)
        {
            seen.Should().BeApproximately(whole, 1e-10);
            map.Variances.Sum().Should().BeApproximately(map.TotalVariance, 1e-10);
        }
        else
        {
            seen.Should().BeLessThan(whole);
        }

        map.Variances.Should().BeInDescendingOrder();
        map.Project(points[3]).Zip(map.Coordinates[3]).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-10);
    }

    [Fact]
    public void Of_MorePointsThanChannels_AndFewer_Agree()
    {
        double[][] points = Random(5, 5); // by points
        double[][] padded = [.. points.Concat(points)]; // the same shape by channels
        PrincipalComponents few = PrincipalComponents.Of(points, 2), many = PrincipalComponents.Of(padded, 2);

        many.Variances.Zip(few.Variances).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-10);
        many.Coordinates.Take(5).Zip(few.Coordinates)
            .Should().OnlyContain(pair => VectorGeometry.Distance(pair.First, pair.Second) < 1e-9, "the signs are the same, too");
    }

    [Fact]
    public void Of_OnePointOrEqualOnes_AreInTheMiddle()
    {
        foreach (double[][] points in (double[][][])[[[1, 2, 3]], [[1, 2, 3], [1, 2, 3], [1, 2, 3]]])
        {
            var map = PrincipalComponents.Of(points, axes: 2);
            map.Coordinates.Should().OnlyContain(point => point[0] == 0 && point[1] == 0);
            map.ShareOf(0).Should().BeNull();
        }
    }

    [Fact]
    public void Of_TwoPointsOrOneChannel_HaveOneAxis()
    {
        var two = PrincipalComponents.Of([[0, 0, 3], [0, 4, 0]], axes: 2);
        two.ShareOf(0).Should().BeApproximately(1, 1e-12);
        two.Coordinates[0].Should().Equal([2.5, 0], (a, b) => Math.Abs(a - b) < 1e-12);

        var line = PrincipalComponents.Of([[1], [2], [6]], axes: 2);
        line.Coordinates.Select(point => Math.Round(point[0], 12)).Should().Equal(-2, -1, 3);
        line.Coordinates.Should().OnlyContain(point => point[1] == 0);
    }

    private static double[][] Random(int count, int channels)
    {
        var random = new RandomGenerator(7);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, channels).Select(i => random.NextNormal() * (i + 1)).ToArray())];
    }
}
