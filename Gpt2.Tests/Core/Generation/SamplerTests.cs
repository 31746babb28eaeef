// Which tokens temperature, top-k and top-p keep and with which probabilities, by hand and against the reference values.

using System.Globalization;
using System.Text.Json;
using FluentAssertions.Equivalency;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class SamplerTests
{
    [Fact]
    public void Distribution_StandardOptions_IsSoftmax()
    {
        Distribution([0, MathF.Log(2), MathF.Log(5)], new()).Should().BeEquivalentTo([0.125, 0.25, 0.625], Near);
    }

    [Fact]
    public void Distribution_Temperature_DividesTheLogits()
    {
        // Half the temperature squares the weights 1, 2, 5; twice the temperature takes their roots.
        float[] logits = [0, MathF.Log(4), MathF.Log(25)];

        Distribution(logits, new() { Temperature = 0.5 }).Should().BeEquivalentTo([1 / 642.0, 16 / 642.0, 625 / 642.0], Near);
        Distribution(logits, new() { Temperature = 2 }).Should().BeEquivalentTo([1 / 8.0, 2 / 8.0, 5 / 8.0], Near);
    }

    [Fact]
    public void Distribution_TopK3_KeepsAreIsAndDo()
    {
        // After "how": come, are, you, is, do, the
        float[] logits = LogitsOf(0.13, 0.37, 0.05, 0.22, 0.17, 0.06);

        Distribution(logits, new() { TopK = 3 }).Should().BeEquivalentTo([0, 0.37 / 0.76, 0, 0.22 / 0.76, 0.17 / 0.76, 0], Near);
    }

    [Fact]
    public void Distribution_TopKTies_AllStay()
    {
        Distribution([2, 1, 2, 1, 1, 0], new() { TopK = 3 }).Select(p => p > 0).Should().Equal(true, true, true, true, true, false);
        Distribution([0, 0, 0], new() { TopK = 1 }).Should().Equal([1 / 3.0, 1 / 3.0, 1 / 3.0]);
    }

    [Fact]
    public void Distribution_TopKAboveTheVocabulary_KeepsAll()
    {
        float[] logits = LogitsOf(0.1, 0.2, 0.7);

        Distribution(logits, new() { TopK = int.MaxValue }).Should().Equal(Distribution(logits, new()));
        Distribution(logits, new() { TopK = 3 }).Should().Equal(Distribution(logits, new()));
    }

    [Fact]
    public void Distribution_TopP88_KeepsOneSureTokenOrFourUnsureOnes()
    {
        Distribution(LogitsOf(0.05, 0.89, 0.03, 0.03), new() { TopP = 0.88 }).Should().Equal(0, 1, 0, 0);
        Distribution(LogitsOf(0.31, 0.29, 0.18, 0.12, 0.06, 0.04), new() { TopP = 0.88 })
            .Should().BeEquivalentTo([0.31 / 0.9, 0.29 / 0.9, 0.18 / 0.9, 0.12 / 0.9, 0, 0], Near, "0.78 is not enough, and 0.12 crosses");
    }

    [Theory]
    [InlineData(1e-9, 1)]
    [InlineData(0.25, 1)]
    [InlineData(0.250001, 2)]
    [InlineData(0.5, 2)]
    [InlineData(0.51, 3)]
    [InlineData(0.75, 3)]
    [InlineData(0.999999, 4)]
    [InlineData(1, 4)]
    public void Distribution_TopPOfEqualTokens_KeepsTheOneThatCrossesAndTheLowerIds(double p, int kept)
    {
        Distribution([3, 3, 3, 3], new() { TopP = p }).Should().Equal([.. Enumerable.Repeat(1.0 / kept, kept), .. new double[4 - kept]]);
    }

    [Fact]
    public void Distribution_TopP_CountsAfterTemperatureAndTopK()
    {
        // At temperature 0.5 the squares of the best four are 0.4233, 0.3705, … of their sum: two reach 0.78. Without
        // top-k they would be 0.4139, 0.3622, and three would be needed; so they would without the temperature.
        float[] logits = LogitsOf(0.31, 0.29, 0.18, 0.12, 0.06, 0.04);

        Distribution(logits, new() { Temperature = 0.5, TopK = 4, TopP = 0.78 })
            .Should().BeEquivalentTo([0.0961 / 0.1802, 0.0841 / 0.1802, 0, 0, 0, 0], Near);
        Distribution(logits, new() { Temperature = 0.5, TopP = 0.78 }).Count(p => p > 0).Should().Be(3);
        Distribution(logits, new() { TopK = 4, TopP = 0.78 }).Count(p => p > 0).Should().Be(3);
    }

    [Fact]
    public void Distribution_MinusInfinity_IsImpossible() =>
        Distribution([1, float.NegativeInfinity, 1], new() { Temperature = 3 }).Should().Equal(0.5, 0, 0.5);

    [Fact]
    public void Distribution_InfinityThatAPenaltyMakes_IsCertain()
    {
        var options = new GenerationOptions { Sampling = new() { TopP = 0.9 }, RepetitionPenalty = double.Epsilon };

        Sampler.Of(options).Distribution([1, 2, 3, 0], [1, 2]).ToArray().Should().Equal(0, 0.5, 0.5, 0);
    }

    [Fact]
    public void Distribution_ExtremeTemperature_StaysADistribution()
    {
        Distribution([1e30f, -1e30f, 1e30f], new() { Temperature = double.Epsilon }).Should().Equal(0.5, 0, 0.5);
        Distribution([1e30f, -1e30f], new() { Temperature = double.MaxValue }).Should().Equal(0.5, 0.5);
    }

    [Theory]
    [InlineData(0, float.NaN, "the logit of token 1 is not a number")]
    [InlineData(1, float.NaN, "the logit of token 1 is not a number")]
    [InlineData(0, float.PositiveInfinity, "the logit of token 1 is +∞")]
    [InlineData(1, float.PositiveInfinity, "the logit of token 1 is +∞")]
    public void Draw_LogitThatHasNoDistribution_IsRefusedAsByGreedy(double temperature, float logit, string found)
    {
        Action draw = () => new Sampler(new() { Temperature = temperature }).Draw([1, logit, 3]);

        draw.Should().Throw<Gpt2Exception>().With(found);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Distribution_EveryFilterRowOfTheReference_IsEqual(string name)
    {
        Gpt2Model model = TestModels.Reference(name);
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "decode.json")));
        int compared = 0;
        foreach (JsonElement row in rows.RootElement.EnumerateArray().Where(row => row.GetProperty("kind").GetString() == "filter"))
        {
            int[] ids = [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            var activations = new ForwardActivations(model.Config);
            model.Forward(ids, cache: null, activations);
            var options = new SamplingOptions
            {
                Temperature = row.GetProperty("temperature").GetDouble(),
                TopK = row.GetProperty("top_k") is { ValueKind: JsonValueKind.Number } k ? k.GetInt32() : 0,
                TopP = row.GetProperty("top_p") is { ValueKind: JsonValueKind.Number } p ? p.GetDouble() : 1,
            };
            float[] expected = new float[model.Config.Vocabulary];
            foreach (JsonProperty entry in row.GetProperty("probs").EnumerateObject())
            {
                expected[int.Parse(entry.Name, CultureInfo.InvariantCulture)] = entry.Value.GetSingle();
            }

            float[] actual = [.. Distribution(activations.Logits.Row(0), options).Select(probability => (float)probability)];

            Close.Assert(actual, expected, rtol: 1e-4, atol: 0, options.ToString());
            compared++;
        }

        compared.Should().Be(27);
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-3e38f)]
    [InlineData(-800f)]
    public void Distribution_EqualLogitsBesideOneFarBelow_HaveEqualProbabilities(float far)
    {
        // Nineteen equal logits, at every place relative to the one that is far below.
        for (int place = 1; place < 20; place++)
        {
            float[] logits = [0, .. Enumerable.Repeat(-6.28125f, 19)];
            logits[place] = far;

            double[] actual = Distribution(logits, new SamplingOptions { Temperature = 1 });

            actual[place].Should().Be(0);
            actual.Where((_, id) => id > 0 && id != place).Distinct().Should().ContainSingle();
            actual.Sum().Should().BeApproximately(1, 1e-12);
        }
    }

    internal static float[] LogitsOf(params double[] probabilities) => [.. probabilities.Select(p => (float)Math.Log(p))];

    private static double[] Distribution(ReadOnlySpan<float> logits, SamplingOptions options) =>
        new Sampler(options).Distribution(logits).ToArray();

    private static EquivalencyAssertionOptions<double> Near(
        EquivalencyAssertionOptions<double> options) =>
        options.WithStrictOrdering()
            .Using<double>(context => context.Subject.Should().BeApproximately(context.Expectation, 1e-6)).WhenTypeIs<double>();
}
