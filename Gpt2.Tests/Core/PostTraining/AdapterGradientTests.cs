// Gradients of A and B against finite differences, on frozen weights of every type, with dropout, with a second adapter, and
// for every loss. Tolerance: 5e-4 + 1% of the gradient, which is what differences of a single-precision loss give. Products
// with weights of 8 and 4 bits round their inputs to 16 bits: the loss is a staircase, which is compared over longer steps
// and with four times the tolerance, and the gradients are those of the same weights in 32 bits.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class AdapterGradientTests
{
    private const float Step = 0.02f, StepOverStairs = 0.05f;

    /// <summary>The activation functions without a kink, at which differences are no slope.</summary>
    private static readonly ActivationFunction[] Smooth =
        [.. Enum.GetValues<ActivationFunction>().Where(function => function != ActivationFunction.Relu)];

    private static readonly Gen<Case> Cases =
        from vocabulary in Gen.Choose(3, 40)
        from heads in Gen.Choose(1, 3)
        from headSize in Gen.Choose(4, 7)
        from layers in Gen.Choose(1, 2)
        from tied in Gen.Elements(true, false)
        from maps in Gen.Choose(1, 15)
        from rank in Gen.Choose(1, 4)
        from seed in Gen.Choose(1, 1000)
        from isGpt2 in Gen.Elements(true, false)
        from function in Gen.Elements(Smooth)
        from scaled in Gen.Elements(true, false)
        from byLayer in Gen.Elements(true, false)
        from hidden in Gen.Choose(3, 40)
        let gpt2 = new Gpt2Config(vocabulary, 8, heads * headSize, heads, layers) { TiedHead = tied, QkvBias = tied }
        let sizes = isGpt2 ? gpt2 : gpt2 with
        {
            Activation = function,
            ScaleAttention = scaled,
            ScaleAttentionByInverseLayer = byLayer,
            LayerNormEpsilon = 0.01f,
            Hidden = hidden,
        }
        select new Case(sizes, (AdaptedMaps)maps, rank, (ulong)seed);

    [Theory]
    [InlineData(null)]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.BFloat16)]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int4)]
    public void Backward_FrozenWeightsOfAnyType_EqualsFiniteDifferences(WeightType? type) => SeededProperty.Holds(
        Cases, sample => AssertGradients(sample, type, dropout: 0, others: 0), count: 12);

    [Fact]
    public void Backward_DropoutOfTheAdapter_EqualsFiniteDifferencesOfTheSameMask() => SeededProperty.Holds(
        Cases, sample => AssertGradients(sample, type: null, dropout: 0.3f, others: 0), count: 10);

    [Fact]
    public void Backward_SecondAdapterOnAFrozenOne_EqualsFiniteDifferences() => SeededProperty.Holds(
        Cases, sample => AssertGradients(sample, WeightType.BFloat16, dropout: 0, others: 1), count: 10);

    [Theory]
    [InlineData("dpo")]
    [InlineData("grpo")]
    [InlineData("reward")]
    public void Backward_EveryLossThroughAnAdapterOnInt8_EqualsFiniteDifferences(string loss) => SeededProperty.Holds(
        Cases, sample => AssertGradients(sample, WeightType.Int8, dropout: 0, others: 0, loss), count: 8);

    [Theory]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.BFloat16)]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int4)]
    public void Backward_PackedWeights_GivesTheGradientsOfTheSameWeightsExpanded(WeightType type) => SeededProperty.Holds(
        Cases,
        sample =>
        {
            KernelSet kernels = KernelSet.Create(KernelRung.Tuned, threads: 2);
            var packed = Gpt2Model.ForInference(TestModels.Random(sample.Config, sample.Seed), kernels, type);
            var expanded = new Gpt2Model(Expanded(packed, TestModels.Random(sample.Config, sample.Seed)), kernels);
            Adapter adapter = AdapterTests.Filled(sample.Config, new LoraSettings { Rank = sample.Rank, Maps = sample.Maps }, sample.Seed);
            MatrixGradients actual = new(adapter.Matrices()), expected = new(adapter.Matrices());

            double loss = LossOfModel.Create("sft", sample.Config, sample.Seed).Run(adapter.ApplyTo(packed), actual);
            LossOfModel.Create("sft", sample.Config, sample.Seed).Run(adapter.ApplyTo(expanded), expected)
                .Should().BeApproximately(loss, 1e-3);

            foreach ((Matrix one, Matrix other) in actual.Gradients.Zip(expected.Gradients))
            {
                Close.Assert(one.Span, other.Span, 1e-3, 1e-3, $"{sample} {one.Name}");
            }
        },
        count: 12);

    /// <summary>Copies a packed model's linear weights, whatever they were rounded to, into weights of 32 bits.</summary>
    private static Gpt2Weights Expanded(Gpt2Model packed, Gpt2Weights weights)
    {
        void Copy(LinearMap from, Matrix to, bool transposed)
        {
            var column = new float[from.Inputs];
            for (int output = 0; output < from.Outputs; output++)
            {
                ((PackedLinear)from).CopyWeightsOf(output, column);
                for (int input = 0; input < column.Length; input++)
                {
                    (transposed ? ref to[output, input] : ref to[input, output]) = column[input];
                }
            }
        }

        foreach ((BlockLayers layers, BlockWeights block) in packed.Layers.Blocks.Zip(weights.Blocks))
        {
            foreach (BlockMap map in BlockMap.All)
            {
                Copy(map.In(layers), map.Weight(block), transposed: false);
            }
        }

        Copy(packed.Layers.Head, weights.Head.Weight, transposed: true);
        return weights;
    }

    private static void AssertGradients(Case sample, WeightType? type, float dropout, int others, string loss = "sft")
    {
        (Gpt2Config config, AdaptedMaps maps, int rank, ulong seed) = sample;
        KernelSet kernels = KernelSet.Create(type is null ? KernelRung.Scalar : KernelRung.Tuned, threads: 2);
        Gpt2Weights weights = TestModels.Random(config, seed);
        Gpt2Model model = type is WeightType stored ? Gpt2Model.ForInference(weights, kernels, stored) : new Gpt2Model(weights, kernels);
        for (int other = 0; other < others; other++)
        {
            model = AdapterTests.Filled(config, new LoraSettings { Rank = 2 }, seed + 50).ApplyTo(model);
        }

        Adapter adapter = AdapterTests.Filled(config, new LoraSettings { Rank = rank, Alpha = 2 * rank, Maps = maps }, seed + 1);
        Dropout? drop = dropout > 0 ? new Dropout(dropout) : null;
        Gpt2Model adapted = adapter.ApplyTo(model, drop);
        LossOfModel of = LossOfModel.Create(loss, config, seed);
        double Loss(MatrixGradients? gradients = null)
        {
            if (drop is not null)
            {
                drop.Random = new RandomGenerator(seed);
            }

            return of.Run(adapted, gradients);
        }

        var gradients = new MatrixGradients(adapter.Matrices());
        Loss(gradients).Should().Be(Loss());
        bool stairs = type is WeightType.Int8 or WeightType.Int4;
        double tolerance = stairs ? 4 : 1;
        var random = new RandomGenerator(seed + 3);
        foreach ((Matrix weight, Matrix gradient) in gradients.Trained.Zip(gradients.Gradients))
        {
            for (int pick = 0; pick < 2; pick++)
            {
                int at = (int)(random.NextDouble() * weight.Span.Length);
                double expected = Difference(weight, at, stairs ? StepOverStairs : Step, () => Loss()), actual = gradient.Span[at];
                bool close = Math.Abs(actual - expected) <= tolerance * (5e-4 + (0.01 * Math.Abs(expected))); // false for NaN
                close.Should().BeTrue("{0} of {1}[{2}] is {3}, by differences {4}", sample, weight.Name, at, actual, expected);
            }
        }
    }

    /// <summary>The central difference over five points: its error falls with the fourth power of the step.</summary>
    internal static double Difference(Matrix weight, int at, float step, Func<double> loss)
    {
        float value = weight.Span[at];
        double At(float shift)
        {
            weight.Span[at] = value + shift;
            return loss();
        }

        double near = At(step) - At(-step), far = At(2 * step) - At(-2 * step);
        weight.Span[at] = value;
        return ((8 * near) - far) / (12 * step);
    }

    private sealed record Case(Gpt2Config Config, AdaptedMaps Maps, int Rank, ulong Seed);
}
