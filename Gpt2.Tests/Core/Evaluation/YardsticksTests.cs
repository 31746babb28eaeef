// What a loss is compared with, by hand.

using Gpt2.Core.Evaluation;

namespace Gpt2.Tests.Core.Evaluation;

public class YardsticksTests
{
    [Fact]
    public void Of_TokensOfUnequalShares_HasTheirEntropy()
    {
        var yardsticks = Yardsticks.Of([3, 3, 3, 7], vocabulary: 10);

        yardsticks.Tokens.Should().Be(4);
        yardsticks.DifferentTokens.Should().Be(2);
        yardsticks.Uniform.Should().BeApproximately(2.302585, 1e-6);
        yardsticks.Unigram.Should().BeApproximately((0.75 * Math.Log(4.0 / 3)) + (0.25 * Math.Log(4)), 1e-12);
    }

    [Fact]
    public void Of_OneTokenAgainAndAgain_NeedsNothing()
    {
        double unigram = Yardsticks.Of([5, 5, 5], vocabulary: 10).Unigram;

        unigram.Should().Be(0);
        double.IsNegative(unigram).Should().BeFalse();
    }

    [Fact]
    public void Of_EveryTokenOnce_IsTheLogarithmOfTheirNumber() =>
        Yardsticks.Of([0, 1, 2, 3, 4, 5, 6, 7], vocabulary: 8).Should().Match<Yardsticks>(y => Math.Abs(y.Unigram - y.Uniform) < 1e-12);

    [Theory]
    [InlineData(2.2, false)]
    [InlineData(2.31, true)]
    [InlineData(double.NaN, true)]
    [InlineData(double.PositiveInfinity, true)]
    public void IsWorseThanGuessing_IsAboveTheUniformLoss(double loss, bool worse) =>
        Yardsticks.Of([1, 2], vocabulary: 10).IsWorseThanGuessing(loss).Should().Be(worse);

    [Theory]
    [InlineData(19, 0.7, false)] // too few tokens to tell
    [InlineData(20, 0.7, true)]
    [InlineData(20, 0.6, false)]
    public void IsWorseThanCounting_NeedsTenTokensForEachDifferentOne(int tokens, double loss, bool worse) =>
        Yardsticks.Of([.. Enumerable.Range(0, tokens).Select(i => i % 2)], vocabulary: 10).IsWorseThanCounting(loss).Should().Be(worse);
}
