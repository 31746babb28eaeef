// Gradient descent on a parabola: it finds a fit from any seed, says when it diverges, and walks down the landscape of two parameters.

using Gpt2.Core.Laboratory;

namespace Gpt2.Tests.Core.Laboratory;

public class ReluDescentTests
{
    private static readonly IReadOnlyList<CurvePoint> Points = Parabola.Points();

    [Fact]
    public void Run_FromManySeeds_FindsAFit()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var start = ReluNetwork.Random(16, seed);
            start.MeanSquaredError(Points).Should().BeGreaterThan(1);

            var run = ReluDescent.Run(start, Points, rate: 0.05, steps: 2000);

            run.HasDiverged.Should().BeFalse();
            run.Losses.Should().HaveCount(2000);
            run.Losses[^1].Should().BeLessThan(0.005, "seed {0}", seed).And.Be(run.Network.MeanSquaredError(Points));
        }
    }

    [Fact]
    public void Run_InParts_IsTheSameRun()
    {
        var whole = ReluDescent.Run(ReluNetwork.Random(5, 3), Points, 0.02, 30);
        var first = ReluDescent.Run(ReluNetwork.Random(5, 3), Points, 0.02, 11);
        var rest = ReluDescent.Run(first.Network, Points, 0.02, 19);

        first.Losses.Concat(rest.Losses).Should().Equal(whole.Losses);
        rest.Network.Parameters.Should().Equal(whole.Network.Parameters);
    }

    [Fact]
    public void Run_OneStep_GoesAgainstTheGradient()
    {
        var network = ReluNetwork.Random(3, 1);
        double[] gradient = network.Gradient(Points);

        ReluDescent.Run(network, Points, 0.1, 1).Network.Parameters
            .Should().Equal(network.Parameters.Zip(gradient, (value, slope) => value - (0.1 * slope)));
    }

    [Fact]
    public void Run_RateTooLarge_EndsBeforeTheLossIsBeyondMeasure()
    {
        var run = ReluDescent.Run(ReluNetwork.Random(16, 1), Points, rate: 2, steps: 1000);

        run.HasDiverged.Should().BeTrue();
        run.Losses.Count.Should().BeInRange(1, 999);
        run.Losses.Should().OnlyContain(loss => loss <= ReluDescent.LargestLoss);
        run.Network.Parameters.Should().OnlyContain(value => double.IsFinite(value));
        ReluDescent.Run(ReluNetwork.Random(16, 1), Points, rate: 1e308, steps: 3).HasDiverged.Should().BeTrue();
    }

    [Fact]
    public void Walk_AStepThatKillsTheReLU_EndsBeforeAParameterIsBeyondMeasure()
    {
        LossSurface surface = Bend();
        SurfaceGradient slope = surface.GradientAt(-0.43, 1000);
        double bias = -0.43 - (1000 * slope.Across), output = 1000 - (1000 * slope.Up);
        bias.Should().BeLessThan(-ReluDescent.LargestParameter);
        surface.LossAt(bias, output).Should().BeLessThan(ReluDescent.LargestLoss, "the ReLU would be dead, and the loss small");

        surface.Walk(-0.43, 1000, rate: 1000, steps: 1).Should().HaveCount(1);
        surface.Walk(-0.43, 1000, rate: 100, steps: 1).Should().HaveCount(2);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(0.1, -1)]
    public void RateOrStepsThatAreNone_AreRefused(double rate, int steps)
    {
        FluentActions.Invoking(() => ReluDescent.Run(ReluNetwork.Random(2, 1), Points, rate, steps)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Line().Walk(0, 0, rate, steps)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Surface_OfALine_LeadsToTheMeanFromEverywhere()
    {
        double mean = Points.Average(point => point.Y);
        foreach ((double slope, double height) in new[] { (-5.0, 7.0), (5, 7), (-5, -2), (4, 0) })
        {
            IReadOnlyList<SurfacePoint> trail = Line().Walk(slope, height, rate: 0.2, steps: 500);

            trail[0].Should().Be(new SurfacePoint(slope, height, Line().LossAt(slope, height)));
            trail.Should().HaveCount(501);
            trail.Zip(trail.Skip(1)).Should().OnlyContain(pair => pair.Second.Loss <= pair.First.Loss + 1e-12);
            trail[^1].Across.Should().BeApproximately(0, 1e-9);
            trail[^1].Up.Should().BeApproximately(mean, 1e-9);
        }

        Line().Walk(-5, 7, rate: 0.6, steps: 500).Should().HaveCountLessThan(501, "the walk ends where it diverges");
    }

    [Theory]
    [InlineData(-0.43, 3)]
    [InlineData(-1.31, 12.5)]
    [InlineData(0.33, -4)]
    public void Surface_OfAReLU_HasTheGradientOfFiniteDifferences(double bias, double output)
    {
        LossSurface surface = Bend();

        SurfaceGradient gradient = surface.GradientAt(bias, output), differences = surface.DifferencesAt(bias, output, 1e-5);

        differences.Across.Should().BeApproximately(gradient.Across, 1e-5);
        differences.Up.Should().BeApproximately(gradient.Up, 1e-5);
    }

    [Theory]
    [InlineData(-0.5, true)]
    [InlineData(-0.500009, true)]
    [InlineData(-0.50002, false)]
    [InlineData(0, true)]
    [InlineData(0.33, false)]
    public void Surface_IsAtCorner_WhereABiasMovesOneOverAPoint(double bias, bool expected)
    {
        Bend().IsAtCorner(bias, 3, 1e-5).Should().Be(expected);
        SurfaceGradient gradient = Bend().GradientAt(bias, 3), differences = Bend().DifferencesAt(bias, 3, 1e-5);
        if (!expected)
        {
            differences.Across.Should().BeApproximately(gradient.Across, 1e-5);
        }
        else if (bias != 0) // where the network goes through the point itself
        {
            differences.Across.Should().NotBeApproximately(gradient.Across, 1e-5);
        }
    }

    [Fact]
    public void Surface_WhoseParametersMoveNoCorner_IsAtNone() =>
        Line().IsAtCorner(-5, 7, 1e-5).Should().BeFalse("its corner is on a point, but stays there");

    [Fact]
    public void Surface_WhereTheReLUIsNeverActive_IsFlat()
    {
        Bend().GradientAt(-2.2, 5).Should().Be(new SurfaceGradient(0, 0));
        Bend().Walk(-2.2, 5, 0.01, 10).Should().OnlyContain(place => place.Across == -2.2 && place.Up == 5);
    }

    [Fact]
    public void Grid_HoldsTheLosses_AcrossAndUp()
    {
        double[,] grid = Line().Grid((-6, -2), (6, 8), 5);

        grid[0, 0].Should().Be(Line().LossAt(-6, -2));
        grid[1, 3].Should().Be(Line().LossAt(3, 0.5));
        grid[4, 4].Should().Be(Line().LossAt(6, 8));
        FluentActions.Invoking(() => Line().Grid((0, 0), (1, 1), 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Surface_OfParametersThatAreNone_IsRefused()
    {
        var network = ReluNetwork.Random(1, 1);
        FluentActions.Invoking(() => new LossSurface(network, Points, 4, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LossSurface(network, Points, 0, -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LossSurface(network, Points, 2, 2)).Should().Throw<ArgumentException>();
    }

    /// <summary>y = v · x + c.</summary>
    private static LossSurface Line() => new(new ReluNetwork([0, 1, 0, 0]), Points, across: 3, up: 0);

    /// <summary>A line that falls from 6 with slope −5, and a ReLU that bends it.</summary>
    private static LossSurface Bend() => new(new ReluNetwork([6, 1, 0, -5, 1, 0, 0]), Points, across: 5, up: 6);
}
