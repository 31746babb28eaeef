// Medians by hand.

using Gpt2.Core.Measurement;

namespace Gpt2.Tests.Core.Measurement;

public sealed class MedianTests
{
    [Theory]
    [InlineData(new double[] { 2 }, 2)]
    [InlineData(new double[] { 9, 2, 1 }, 2)]
    [InlineData(new double[] { 4, 3, 2, 1 }, 2.5)]
    [InlineData(new double[] { 3, 3, 3, 100, -100 }, 3)]
    public void Of_Values_IsTheMiddle(double[] values, double expected) => Median.Of(values).Should().Be(expected);

    [Fact]
    public void Of_Values_LeavesThemAsTheyAre()
    {
        double[] values = [3, 1, 2];

        Median.Of(values);

        values.Should().Equal(3, 1, 2);
    }

    [Fact]
    public void Of_Nothing_IsRefused() => FluentActions.Invoking(() => Median.Of([])).Should().Throw<ArgumentException>();
}
