// The optimiser over a whole model: clipping, what decays, what it refuses.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class AdamWOptimizerTests
{
    private static readonly Gpt2Config Config = new(7, 4, 6, 2, 1) { TiedHead = false };

    [Fact]
    public void Update_NoGradients_DecaysMatricesAndNotGainsAndBiases()
    {
        var weights = Filled(1);

        new AdamWOptimizer(Config, new OptimizerSettings(WeightDecay: 0.5f)).Update(new Gpt2Gradients(Config), 0.1f, KernelData.Scalar, weights)
            .Should().Be(0);

        foreach (Matrix weight in weights.Matrices())
        {
            bool vector = weight.Name.EndsWith("/g", StringComparison.Ordinal) || weight.Name.EndsWith("/b", StringComparison.Ordinal);
            weight.Span.ToArray().Should().OnlyContain(value => value == (vector ? 1 : 0.95f), weight.Name);
        }
    }

    [Fact]
    public void Update_NormAboveTheLimit_ScalesAllGradientsAlike()
    {
        var gradients = new Gpt2Gradients(Config);
        gradients.Weights.TokenEmbedding[0, 0] = 30;
        gradients.Weights.Blocks[0].Ln2.Bias[0, 1] = -40;
        var optimizer = new AdamWOptimizer(Config, new OptimizerSettings(WeightDecay: 0, ClipNorm: 5));

        optimizer.Update(gradients, 0.1f, KernelData.Scalar, new Gpt2Weights(Config)).Should().BeApproximately(50, 1e-4);

        optimizer.Step.Should().Be(1);
        optimizer.Means.TokenEmbedding[0, 0].Should().BeApproximately(0.1f * 3, 1e-5f);
        optimizer.Means.Blocks[0].Ln2.Bias[0, 1].Should().BeApproximately(0.1f * -4, 1e-5f);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Update_NormWithinTheLimitOrNoLimit_LeavesGradients(float limit)
    {
        var gradients = new Gpt2Gradients(Config);
        gradients.Weights.TokenEmbedding[0, 0] = 30;
        var optimizer = new AdamWOptimizer(Config, new OptimizerSettings(ClipNorm: limit));

        optimizer.Update(gradients, 0.1f, KernelData.Scalar, new Gpt2Weights(Config));

        optimizer.Means.TokenEmbedding[0, 0].Should().BeApproximately(3, 1e-5f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Update_GradientsNotFinite_IsRefusedAndChangesNothing(float value)
    {
        var gradients = new Gpt2Gradients(Config);
        gradients.Weights.Head.Weight[6, 5] = value;
        var optimizer = new AdamWOptimizer(Config, new OptimizerSettings());
        var weights = Filled(1);

        optimizer.Invoking(it => it.Update(gradients, 0.1f, KernelData.Scalar, weights))
            .Should().Throw<Gpt2Exception>().With(found: "*step 1 are not finite*", remedy: "*--learning-rate");

        optimizer.Step.Should().Be(0);
        weights.Matrices().SelectMany(weight => weight.Span.ToArray()).Should().OnlyContain(number => number == 1);
    }

    private static Gpt2Weights Filled(float value)
    {
        var weights = new Gpt2Weights(Config);
        foreach (Matrix weight in weights.Matrices())
        {
            weight.Span.Fill(value);
        }

        return weights;
    }
}
