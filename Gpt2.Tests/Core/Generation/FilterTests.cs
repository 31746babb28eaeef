// The filters by hand, against the plain way on random settings, and 100,000 draws against the exact distribution.

using System.Globalization;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Filters;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Generation;

public class FilterTests
{
    private static readonly float[] Skewed = [.. Enumerable.Range(0, 40).Select(id => 3 * MathF.Sin((id * id) + 1))];
    private static readonly int[] Past = [3, 8, 21, 8, 3, 30, 3, 8];

    [Fact]
    public void RepetitionPenalty_TokensThatOccurred_AreDividedOrMultipliedOnce()
    {
        TokenDistribution distribution = After(new() { RepetitionPenalty = 2 }, [4, -1, 3, -3, 0], [0, 1, 1, 4]);

        distribution.Scores.ToArray().Should().Equal(2, -2, 3, -3, 0);
        distribution.Kept.Should().Be(5);
    }

    [Fact]
    public void RepetitionPenalty_BelowOne_Rewards()
    {
        After(new() { RepetitionPenalty = 0.5 }, [4, -1, 3], [0, 1]).Scores.ToArray().Should().Equal(8, -0.5, 3);
    }

    [Theory]
    [InlineData(1, new[] { 1, 2, 3 }, new[] { 1, 2, 3 })]
    [InlineData(2, new[] { 1, 2, 3, 1 }, new[] { 2 })]
    [InlineData(2, new[] { 1, 2, 1, 3, 1 }, new[] { 2, 3 })]
    [InlineData(3, new[] { 1, 2, 3, 1, 2 }, new[] { 3 })]
    [InlineData(3, new[] { 1, 2, 3, 2, 1 }, new int[0])]
    [InlineData(2, new[] { 4, 4 }, new[] { 4 })]
    [InlineData(2, new[] { 4 }, new int[0])]
    [InlineData(5, new[] { 1, 2 }, new int[0])]
    public void NoRepeatNgram_TokensThatWouldRepeatASequence_AreDropped(int n, int[] ids, int[] dropped)
    {
        TokenDistribution distribution = After(new() { NoRepeatNgram = n }, new float[6], ids);

        Enumerable.Range(0, 6).Where(id => !distribution.Keeps(id)).Should().Equal(dropped);
    }

    [Fact]
    public void NoRepeatNgram_ThatWouldBanEverything_BansNothing()
    {
        After(new() { NoRepeatNgram = 1 }, [1, 2, 3], [2, 1, 0]).Kept.Should().Be(3);
    }

    [Theory]
    [InlineData(0.1, 5)]
    [InlineData(0.2, 4)]
    [InlineData(0.21, 3)]
    [InlineData(0.5, 2)]
    [InlineData(1, 1)]
    public void MinP_BelowAShareOfTheLargest_IsDropped(double share, int kept)
    {
        // Weights 20, 10, 5, 4, 3: their shares of the largest are 1, 0.5, 0.25, 0.2, 0.15.
        float[] logits = [.. new[] { 20, 10, 5, 4, 3 }.Select(weight => MathF.Log(weight))];

        After(new() { Sampling = new() { MinP = share * 0.9999 } }, logits, []).Kept.Should().Be(kept);
    }

    [Fact]
    public void MinP_CountsAfterTheTemperature()
    {
        float[] logits = [.. new[] { 20, 10, 5 }.Select(weight => MathF.Log(weight))];

        After(new() { Sampling = new() { MinP = 0.3 } }, logits, []).Kept.Should().Be(2);
        After(new() { Sampling = new() { MinP = 0.3, Temperature = 2 } }, logits, []).Kept.Should().Be(3, "roots are nearer to each other");
        After(new() { Sampling = new() { MinP = 0.3, Temperature = 0.5 } }, logits, []).Kept.Should().Be(1);
    }

    [Fact]
    public void Pipeline_EveryFilter_IsInHuggingFacesOrderAndSaysWhatItDropped()
    {
        var options = new GenerationOptions
        {
            RepetitionPenalty = 1.2,
            NoRepeatNgram = 2,
            Sampling = new() { Temperature = 0.7, TopK = 4, TopP = 0.95, MinP = 0.25 },
        };
        var pipeline = new FilterPipeline(options);
        pipeline.Filters.Select(filter => filter.Label).Should().Equal(
            "repetition-penalty 1.2", "no-repeat-ngram 2", "temperature 0.7", "top-k 4", "top-p 0.95", "min-p 0.25");

        // After [0 5 0], 5 is banned; top-k keeps 0 to 3; top-p drops 3; min-p drops 2.
        TokenDistribution distribution = After(options, [6, 5, 4, 3, 2, 5], [0, 5, 0]);

        Enumerable.Range(0, 6).Select(distribution.DroppedBy).Should().Equal(0, 0, 6, 5, 4, 2);
    }

    [Fact]
    public void Pipeline_WhatChangesNothing_IsLeftOut()
    {
        new FilterPipeline(new() { Sampling = new() }).Filters.Should().BeEmpty();
        new FilterPipeline(new()).Filters.Should().BeEmpty();
        new FilterPipeline(new() { Sampling = new() { Temperature = 0, TopK = 3 } }).Filters.Should().ContainSingle("one token is left");
    }

    [Fact]
    public void Greedy_WithPenalties_TakesTheBestOfWhatIsLeft()
    {
        Sampler.Of(new() { NoRepeatNgram = 1 }).Draw([5, 4, 3], [0]).Should().Be(1);
        Sampler.Of(new() { RepetitionPenalty = 2 }).Draw([5, 4, 3], [0]).Should().Be(1);
        Sampler.Of(new() { RepetitionPenalty = 2, Sampling = new() { Temperature = 0 } }).Draw([5, 4, 3], [0]).Should().Be(1);
        Sampler.Of(new()).Draw([5, 4, 3], [0]).Should().Be(0);
    }

    [Fact]
    public void Distribution_TwoThousandRandomSettings_AgreesWithThePlainWay()
    {
        var random = new RandomGenerator(6);
        double Pick(params double[] values) => values[random.NextBits() % (ulong)values.Length];
        for (int round = 0; round < 2000; round++)
        {
            int vocabulary = 1 + (int)(random.NextBits() % 30);
            float[] logits = [.. Enumerable.Range(0, vocabulary).Select(_ => (float)Math.Round(4 * random.NextNormal(), 1))]; // with ties
            int[] ids = [.. Enumerable.Range(0, (int)(random.NextBits() % 12)).Select(_ => (int)(random.NextBits() % (ulong)vocabulary))];
            var options = new GenerationOptions
            {
                RepetitionPenalty = Pick(1, 1.3, 0.8, 5),
                NoRepeatNgram = (int)Pick(0, 1, 2, 3),
                Sampling = new()
                {
                    Temperature = Pick(0, 0.3, 1, 2.5),
                    TopK = (int)Pick(0, 1, 3, 10, 100),
                    TopP = Pick(1, 0.05, 0.513, 0.9),
                    MinP = Pick(0, 0.02, 0.31, 0.999),
                },
            };

            double[] actual = Sampler.Of(options).Distribution(logits, ids).ToArray();

            double[] expected = PlainFilters.Distribution(logits, ids, options);
            for (int id = 0; id < vocabulary; id++)
            {
                actual[id].Should().BeApproximately(expected[id], 1e-9, "{0}, token {1} of {2}", options, id, vocabulary);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(12)]
    public void Distribution_TopPOverManyTokens_AgreesWithThePlainWay(double spread)
    {
        var random = new RandomGenerator(8);
        float[] logits = [.. Enumerable.Range(0, 3989).Select(_ => (float)Math.Round(spread * random.NextNormal(), 2))];
        foreach (double p in (double[])[1e-9, 0.05, 0.5003, 0.9, 0.999, 0.9999999, 1 - 1e-12])
        {
            var options = new GenerationOptions { Sampling = new() { TopP = p } };
            double[] actual = Sampler.Of(options).Distribution(logits).ToArray();

            double[] expected = PlainFilters.Distribution(logits, [], options);
            actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max().Should().BeLessThan(1e-9, "p is {0}", p);
            actual.Count(probability => probability > 0).Should().BeCloseTo(expected.Count(probability => probability > 0), 1, "p is {0}", p);
        }
    }

    [Theory]
    [InlineData(0.49, 1)]
    [InlineData(0.5, 1)]
    [InlineData(0.51, 2)]
    [InlineData(0.75, 2)]
    [InlineData(0.751, 3)]
    [InlineData(0.9, 4)]
    public void Distribution_TopPOfPowersOfTwo_IsExact(double p, int kept)
    {
        float[] logits = [.. ((double[])[0.5, 0.25, 0.125, 0.0625, 0.0625]).Select(probability => (float)Math.Log(probability))];

        Sampler.Of(new() { Sampling = new() { TopP = p } }).Distribution(logits).ToArray().Count(probability => probability > 0).Should().Be(kept);
    }

    [Fact]
    public void Best_ScoresThatChange_IsFoundAnew()
    {
        var distribution = new TokenDistribution();
        distribution.Load([1, 3, 2, 3]);
        distribution.Best().Should().Be(1);
        distribution.Apply(new NoRepeatNgramFilter(1), [1]);
        distribution.Best().Should().Be(3);
        distribution.Apply(new RepetitionPenaltyFilter(10), [3]);
        distribution.Best().Should().Be(2);
        distribution.Apply(new TemperatureFilter(0.5), []);
        distribution.Best().Should().Be(2);
        distribution.Load([float.NegativeInfinity, 1]);
        distribution.Best().Should().Be(1);
    }

    public static TheoryData<string, GenerationOptions> Settings() => new()
    {
        { "as it is", new() { Sampling = new() { Seed = 101 } } },
        { "temperature 0.6", new() { Sampling = new() { Seed = 102, Temperature = 0.6 } } },
        { "temperature 2.5", new() { Sampling = new() { Seed = 103, Temperature = 2.5 } } },
        { "top-k", new() { Sampling = new() { Seed = 104, TopK = 7 } } },
        { "top-p", new() { Sampling = new() { Seed = 105, TopP = 0.83 } } },
        { "min-p", new() { Sampling = new() { Seed = 106, MinP = 0.05 } } },
        { "repetition penalty", new() { RepetitionPenalty = 1.8, Sampling = new() { Seed = 107 } } },
        { "no-repeat-ngram", new() { NoRepeatNgram = 3, Sampling = new() { Seed = 108 } } },
        {
            "all together",
            new()
            {
                RepetitionPenalty = 1.4,
                NoRepeatNgram = 2,
                Sampling = new() { Seed = 109, Temperature = 1.5, TopK = 25, TopP = 0.97, MinP = 0.02 },
            }
        },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Draw_HundredThousandTimes_PassesTheChiSquareTest(string name, GenerationOptions options)
    {
        const int Draws = 100_000;
        double[] exact = PlainFilters.Distribution(Skewed, Past, options);
        var sampler = Sampler.Of(options);
        var counts = new int[exact.Length];
        for (int draw = 0; draw < Draws; draw++)
        {
            counts[sampler.Draw(Skewed, Past)]++;
        }

        // Tokens of fewer than ten expected draws count together.
        IEnumerable<IGrouping<int, int>> groups = Enumerable.Range(0, exact.Length)
            .Where(id => exact[id] > 0).GroupBy(id => Draws * exact[id] < 10 ? -1 : id);
        double chiSquare = 0;
        int freedom = -1;
        foreach (IGrouping<int, int> group in groups)
        {
            double expected = Draws * group.Sum(id => exact[id]), difference = group.Sum(id => counts[id]) - expected;
            chiSquare += difference * difference / expected;
            freedom++;
        }

        Enumerable.Range(0, exact.Length).Where(id => exact[id] == 0).Sum(id => counts[id]).Should().Be(0);
        freedom.Should().BeGreaterThan(3);
        chiSquare.Should().BeLessThan(OnceInAThousand(freedom), "{0}, {1} degrees of freedom", name, freedom.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What chance exceeds once in a thousand, by Wilson and Hilferty.</summary>
    private static double OnceInAThousand(int freedom) =>
        freedom * Math.Pow(1 - (2.0 / (9 * freedom)) + (3.09023 * Math.Sqrt(2.0 / (9 * freedom))), 3);

    private static TokenDistribution After(GenerationOptions options, float[] logits, int[] ids)
    {
        var distribution = new TokenDistribution();
        new FilterPipeline(options).Apply(logits, ids, distribution);
        return distribution;
    }
}
