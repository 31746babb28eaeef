// Fresh weights: GPT-2's distribution, and the same bits from the same seed.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model.Layers;

public class WeightInitialisationTests
{
    private static readonly Gpt2Config Config = new(300, 64, 64, 4, 8) { TiedHead = false };

    [Theory]
    [InlineData("wte", 0.02)]
    [InlineData("wpe", 0.01)]
    [InlineData("h3/attn/c_attn/w", 0.02)]
    [InlineData("h3/attn/c_proj/w", 0.005)] // 0.02 / √(2 · 8)
    [InlineData("h7/mlp/c_fc/w", 0.02)]
    [InlineData("h7/mlp/c_proj/w", 0.005)]
    [InlineData("lm_head", 0.02)]
    public void Fill_Matrix_HasGpt2sMeanAndDeviation(string name, double deviation)
    {
        Matrix matrix = Fresh(1).Matrices().Single(matrix => matrix.Name == name);
        double[] values = [.. matrix.Span.ToArray().Select(value => (double)value)];
        double mean = values.Average();
        double measured = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));

        mean.Should().BeApproximately(0, 5 * deviation / Math.Sqrt(values.Length));
        measured.Should().BeApproximately(deviation, 5 * deviation / Math.Sqrt(2.0 * values.Length));
    }

    [Fact]
    public void Fill_GainsAndBiases_AreOneAndZero()
    {
        foreach (Matrix matrix in Fresh(1).Matrices().Where(matrix => matrix.Rows == 1))
        {
            float expected = matrix.Name.EndsWith("/g", StringComparison.Ordinal) ? 1 : 0;
            matrix.Span.ToArray().Should().AllBeEquivalentTo(expected, matrix.Name);
        }
    }

    [Fact]
    public void Fill_SameSeed_GivesTheSameBits()
    {
        Bits(Fresh(7)).Should().Equal(Bits(Fresh(7)));
        Bits(Fresh(7)).Should().NotEqual(Bits(Fresh(8)));
    }

    [Fact]
    public void Fill_FreshModel_HasALossNearThatOfGuessing()
    {
        // Facts of the lectures: a fresh model's loss is near ln(vocabulary) on any text.
        var config = new Gpt2Config(300, 32, 64, 4, 4);
        var weights = new Gpt2Weights(config);
        WeightInitialisation.Fill(weights, 1);
        int[] ids = TestModels.Ids(config, 33, 5);
        var a = new ForwardActivations(config, headRows: HeadRows.All);
        new Gpt2Model(weights, Gpt2.Kernels.KernelSet.Create(Gpt2.Kernels.KernelRung.Vector)).Forward(ids.AsSpan(0, 32), null, a);

        double loss = Enumerable.Range(0, 32).Average(token => -Math.Log(a.Probabilities[token, ids[token + 1]]));

        loss.Should().BeApproximately(Math.Log(300), 0.1);
    }

    private static Gpt2Weights Fresh(ulong seed)
    {
        var weights = new Gpt2Weights(Config);
        WeightInitialisation.Fill(weights, seed);
        return weights;
    }

    private static int[] Bits(Gpt2Weights weights) =>
        [.. weights.Matrices().SelectMany(matrix => matrix.Span.ToArray()).Select(BitConverter.SingleToInt32Bits)];
}
