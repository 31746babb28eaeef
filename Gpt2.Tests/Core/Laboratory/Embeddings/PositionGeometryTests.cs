// Positions on a circle, whose likeness is known: neighbours have the cosine of the angle between them.

using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Laboratory.Embeddings;

public class PositionGeometryTests
{
    private const int Count = 12;

    [Fact]
    public void Likenesses_OnACircle_AreCosinesOfTheAngle()
    {
        PositionLikeness[] found = [.. Circle(0).Likenesses()];

        found.Select(one => (one.Apart, one.Pairs)).Should().Equal((1, 11), (2, 10), (4, 8), (8, 4));
        foreach (PositionLikeness one in found)
        {
            double angle = 2 * Math.PI * one.Apart / Count;
            one.Cosine.Should().BeApproximately(Math.Cos(angle), 1e-6);
            one.Least.Should().BeApproximately(Math.Cos(angle), 1e-6);
            one.Most.Should().BeApproximately(Math.Cos(angle), 1e-6);
            one.Distance.Should().BeApproximately(2 * Math.Sin(angle / 2), 1e-6);
        }
    }

    [Fact]
    public void Spread_OnACircle_IsItsRadiusWhereverItIs()
    {
        PositionGeometry positions = Circle(5);

        positions.Middle[0].Should().BeApproximately(5, 1e-6);
        positions.Spread.Should().BeApproximately(1, 1e-6);
        positions.Farthest.Should().BeApproximately(1, 1e-6);
        positions.At(3, [1, 1]).Should().Equal([6, 2], (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Likenesses_OneOrZeroPositions_AreNoneOrUndefined()
    {
        new PositionGeometry(new Matrix("wpe", 1, 3)).Likenesses().Should().BeEmpty();
        var zeros = new PositionGeometry(new Matrix("wpe", 2, 3));
        zeros.Likenesses().Should().Equal(new PositionLikeness(1, 1, null, null, null, 0));
        zeros.Spread.Should().Be(0);
    }

    private static PositionGeometry Circle(double away)
    {
        var matrix = new Matrix("wpe", Count, 2);
        for (int position = 0; position < Count; position++)
        {
            double angle = 2 * Math.PI * position / Count;
            matrix[position, 0] = (float)(Math.Cos(angle) + away);
            matrix[position, 1] = (float)Math.Sin(angle);
        }

        return new PositionGeometry(matrix);
    }
}
