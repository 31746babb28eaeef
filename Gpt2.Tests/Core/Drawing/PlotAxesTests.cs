// The axes of plots: round numbers, and places where they belong.

using Gpt2.Core.Drawing;

namespace Gpt2.Tests.Core.Drawing;

public class PlotAxesTests
{
    [Theory]
    [InlineData(0, 10, 5, new[] { 0.0, 2, 4, 6, 8, 10 })]
    [InlineData(0, 1, 4, new[] { 0, 0.5, 1 })]
    [InlineData(-0.3, 0.3, 6, new[] { -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3 })]
    [InlineData(1, 41, 4, new[] { 10.0, 20, 30, 40 })]
    [InlineData(1e-7, 9e-7, 4, new[] { 2e-7, 4e-7, 6e-7, 8e-7 })]
    public void Ticks_AreRoundNumbersOfTheRange(double from, double to, int most, double[] expected) =>
        new PlotRange(from, to).Ticks(most).Zip(expected).Should().HaveCount(expected.Length)
            .And.OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12 * Math.Max(1e-3, Math.Abs(pair.Second)));

    [Fact]
    public void Range_OfNumbers_HasRoomAroundThem_EvenAroundOneOrNone()
    {
        PlotRange.Of([2, 4, double.NaN, 3, double.PositiveInfinity], 0.5).Should().Be(new PlotRange(1, 5));
        PlotRange.Of([4]).Should().Be(new PlotRange(2, 6));
        PlotRange.Of([0]).Should().Be(new PlotRange(-0.5, 0.5));
        PlotRange.Of([]).Should().Be(new PlotRange(0, 1));
    }

    [Fact]
    public void Place_OfANumber_IsWithinTheFrame_AndUpIsUp()
    {
        var axes = new PlotAxes(100, 50, 200, 400, new PlotRange(-1, 1), new PlotRange(0, 8));

        (axes.X(-1), axes.X(0), axes.X(1)).Should().Be((100, 200, 300));
        (axes.Y(0), axes.Y(4), axes.Y(8)).Should().Be((450, 250, 50));
    }

    [Fact]
    public void Levels_AreAtEqualRatiosBetweenLeastAndMost()
    {
        double[] levels = [.. ContourLines.Levels(1, 16, 3)];

        levels.Zip([2.0, 4, 8]).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        ContourLines.Levels(0, 10, 2).Should().BeInAscendingOrder().And.OnlyContain(level => level > 0 && level < 10, "0 has no ratio");
    }
}
