// Draws of the sampler: as often as the distribution says, the same for the same seed, and without garbage.

using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class SamplerDrawTests
{
    private static readonly double[] Probabilities = [0.12, 0.31, 0.04, 0.29, 0.06, 0.18];

    /// <summary>Options, the weights they leave by hand, and the χ² that chance exceeds once in a thousand.</summary>
    public static TheoryData<SamplingOptions, double[], double> Settings() => new()
    {
        { new() { Seed = 1 }, Probabilities, 20.515 },
        { new() { Seed = 2, Temperature = 2 }, [.. Probabilities.Select(Math.Sqrt)], 20.515 },
        { new() { Seed = 3, TopK = 3 }, [0, 0.31, 0, 0.29, 0, 0.18], 13.816 },
        { new() { Seed = 4, Temperature = 0.5, TopK = 5, TopP = 0.9 }, [0, 0.31 * 0.31, 0, 0.29 * 0.29, 0, 0.18 * 0.18], 13.816 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Draw_HundredThousandTimes_FollowsTheDistribution(SamplingOptions options, double[] weights, double most)
    {
        const int Draws = 100_000;
        float[] logits = SamplerTests.LogitsOf(Probabilities);
        var sampler = new Sampler(options);
        int[] counts = new int[weights.Length];
        for (int draw = 0; draw < Draws; draw++)
        {
            counts[sampler.Draw(logits)]++;
        }

        double chiSquare = 0;
        for (int id = 0; id < weights.Length; id++)
        {
            double expected = Draws * weights[id] / weights.Sum();
            (counts[id] == 0).Should().Be(expected == 0, "token {0} is drawn if it is kept", id);
            chiSquare += expected == 0 ? 0 : (counts[id] - expected) * (counts[id] - expected) / expected;
        }

        chiSquare.Should().BeLessThan(most);
    }

    [Fact]
    public void Draw_SixteenEqualTokens_TakesTheUpperBitsOfOneRandomNumberEach()
    {
        var generator = new RandomGenerator(42);
        var sampler = new Sampler(new() { Seed = 42 });
        for (int draw = 0; draw < 1000; draw++)
        {
            sampler.Draw(new float[16]).Should().Be((int)(generator.NextBits() >> 60), "the sum goes in the order of ids");
        }
    }

    [Theory]
    [InlineData(0ul, "3 3 0 1 3 5 1 3")]
    [InlineData(42ul, "0 1 3 5 5 4 3 5")]
    public void Draw_VectorsOfTheDocumentation_AreRight(ulong seed, string tokens)
    {
        var sampler = new Sampler(new() { Seed = seed });

        string drawn = string.Join(' ', Enumerable.Range(0, 8).Select(_ => sampler.Draw(SamplerTests.LogitsOf(Probabilities))));

        drawn.Should().Be(tokens);
    }

    [Fact]
    public void Draw_SameSeed_GivesTheSameTokens()
    {
        int[] Tokens(ulong seed)
        {
            var sampler = new Sampler(new() { Seed = seed, Temperature = 0.9, TopK = 5, TopP = 0.95 });
            return [.. Enumerable.Range(0, 100).Select(_ => sampler.Draw(SamplerTests.LogitsOf(Probabilities)))];
        }

        Tokens(7).Should().Equal(Tokens(7)).And.NotEqual(Tokens(8));
    }

    [Fact]
    public void Draw_VocabularyOfAnotherSize_StartsAfresh()
    {
        var sampler = new Sampler(new() { TopK = 1, TopP = 0.5 });

        sampler.Draw([0, 0, 0, 9]).Should().Be(3);
        sampler.Draw([5, 1]).Should().Be(0);
        sampler.Draw([1, 5, 0]).Should().Be(1);
    }

    [Fact]
    public void Draw_ManyTimes_AllocatesNothing()
    {
        float[] logits = [.. Enumerable.Range(0, 500).Select(id => (float)Math.Sin(id))];
        var sampler = new Sampler(new() { TopK = 40, TopP = 0.9 });
        long Allocated(int draws)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int draw = 0; draw < draws; draw++)
            {
                sampler.Draw(logits);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(1);

        Allocated(100).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(GreedySettings))]
    public void Generate_TemperatureZeroOrOneToken_IsGreedy(SamplingOptions options)
    {
        Generate(new Sampler(options)).Should().Equal(Generate(null));
    }

    public static TheoryData<SamplingOptions> GreedySettings() =>
    [
        new() { Temperature = 0 },
        new() { Temperature = 0, TopK = 10, TopP = 0.9, Seed = 3 },
        new() { Temperature = 1e-9, Seed = 4 },
        new() { TopK = 1, Temperature = 5 },
        new() { TopP = 1e-9, Temperature = 5 },
    ];

    [Fact]
    public void Generate_Sampler_IsRepeatedByItsSeedBeyondTheContext()
    {
        int[] first = Generate(new Sampler(new() { Seed = 5 }));

        first.Should().HaveCount(20).And.Equal(Generate(new Sampler(new() { Seed = 5 })));
        first.Should().NotEqual(Generate(new Sampler(new() { Seed = 6 }))).And.NotEqual(Generate(null));
    }

    [Fact]
    public void Draw_TemperatureZero_TakesTheLowestIdOfEqualOnes()
    {
        new Sampler(new() { Temperature = 0 }).Draw([1, 3, 3, 2]).Should().Be(1);
    }

    [Fact]
    public void Sampler_OptionsThatMakeNoSense_AreRefused()
    {
        foreach ((SamplingOptions options, string found, string expected) in ((SamplingOptions, string, string)[])
            [
                (new() { Temperature = -0.5 }, "temperature is -0.5", "a finite number of at least 0"),
                (new() { Temperature = double.NaN }, "temperature is NaN", "*"),
                (new() { Temperature = double.PositiveInfinity }, "temperature is Infinity", "*"),
                (new() { TopK = -1 }, "top-k is -1", "at least 0*"),
                (new() { TopP = 0 }, "top-p is 0", "more than 0 and at most 1*"),
                (new() { TopP = 1.5 }, "top-p is 1.5", "*"),
                (new() { TopP = double.NaN }, "top-p is NaN", "*"),
            ])
        {
            Action make = () => _ = new Sampler(options);

            make.Should().Throw<Gpt2Exception>().With(found, expected);
        }
    }

    private static int[] Generate(Sampler? sampler)
    {
        var model = new Gpt2Model(TestModels.Random(new Gpt2Config(50, 6, 4, 2, 2), 2), KernelSet.Create(KernelRung.Vector));
        var session = new GenerationSession(model, [1, 2], 20, endOfText: null, sampler: sampler);
        while (session.TryNext(out _))
        {
        }

        return [.. session.Ids.Skip(2)];
    }
}
