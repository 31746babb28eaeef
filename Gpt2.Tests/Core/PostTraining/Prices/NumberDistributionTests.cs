// Number tokens and the three ways to read a price, on distributions made by hand.

using Gpt2.Core.PostTraining.Prices;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.PostTraining.Prices;

public sealed class NumberDistributionTests
{
    [Fact]
    public void Tokens_OfBytesAndAddedOnes_AreThoseFromOneTo999ByNumber()
    {
        Vocabulary vocabulary = new Vocabulary([]).WithAdded(["100", "12", "1000", "007", "x5", "99"]);

        new NumberTokens(vocabulary).All.Should().Equal(
            [.. Enumerable.Range(1, 9).Select(number => (number, 15 + number)), (12, 258), (99, 262), (100, 257)],
            "0 and 1000 are no prices, and 007 is none");
    }

    [Fact]
    public void Read_Logits_IsSoftmaxOverNumbersAlone()
    {
        var tokens = new NumberTokens(new Vocabulary([]));
        var logits = new float[257];
        logits.AsSpan().Fill(80); // nearly all of the probability is not on numbers
        for (int number = 1; number <= 9; number++)
        {
            logits[15 + number] = -100;
        }

        logits[15 + 2] = -90;
        logits[15 + 5] = -90 + MathF.Log(3);

        NumberDistribution read = tokens.Read(logits);

        read.Numbers.Sum(number => number.Probability).Should().BeApproximately(1, 1e-12);
        read.MostProbable.Should().Be(5);
        read.Numbers[4].Probability.Should().BeApproximately(0.75, 1e-3);
        read.Numbers[1].Probability.Should().BeApproximately(0.25, 1e-3);
    }

    [Fact]
    public void Readings_ByHand()
    {
        NumberDistribution numbers = Of((10, 0.1), (20, 0.3), (30, 0.05), (40, 0.35), (50, 0.2));

        numbers.MostProbable.Should().Be(40);
        numbers.Median.Should().Be(40, "0.1 + 0.3 + 0.05 is less than half");
        numbers.MeanOfTop(1).Should().Be(40);
        numbers.MeanOfTop(3).Should().BeApproximately(((40 * 0.35) + (20 * 0.3) + (50 * 0.2)) / 0.85, 1e-12);
        numbers.Top(2).Select(number => number.Number).Should().Equal(40, 20);
    }

    [Fact]
    public void Readings_Ties_GoToTheSmallerNumber()
    {
        NumberDistribution numbers = Of((10, 0.25), (20, 0.25), (30, 0.25), (40, 0.25));

        numbers.MostProbable.Should().Be(10);
        numbers.Median.Should().Be(20);
        numbers.MeanOfTop(3).Should().BeApproximately(20, 1e-12);
    }

    [Fact]
    public void MeanOfTop_MoreThanThereAre_IsTheMeanOfAll()
    {
        Of((10, 0.5), (20, 0.5)).MeanOfTop(7).Should().Be(15);
        Of((10, 1)).Invoking(numbers => numbers.MeanOfTop(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Readings_AllOnOneNumber_AreThatNumber()
    {
        NumberDistribution numbers = Of((1, 0), (500, 1), (999, 0));

        new[] { numbers.MostProbable, numbers.Median, numbers.MeanOfTop(3) }.Should().AllBeEquivalentTo(500.0);
    }

    [Fact]
    public void Median_SumOfRoundedProbabilitiesBelowHalf_IsTheLast() => Of((1, 0.2), (2, 0.29)).Median.Should().Be(2);

    private static NumberDistribution Of(params (int, double)[] numbers) => new(numbers);
}
