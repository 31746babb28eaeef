// The gradient of the whole loss against finite differences of the loss, on small random models of all kinds, with
// and without dropout. Tolerance: 5e-4 + 1% of the gradient, which is what differences of a single-precision loss give.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class LossGradientTests
{
    private const float Step = 0.02f;
    private const int PerTensor = 3;

    private static readonly Gen<Case> Cases =
        from sequences in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, 6)
        from vocabulary in Gen.Choose(3, 17)
        from heads in Gen.Choose(1, 3)
        from headSize in Gen.Choose(4, 7)
        from layers in Gen.Choose(1, 2)
        from tied in Gen.Elements(true, false)
        from bias in Gen.Elements(true, false)
        from seed in Gen.Choose(1, 1000)
        let sizes = new Gpt2Config(vocabulary, tokens + 1, heads * headSize, heads, layers) { TiedHead = tied, QkvBias = bias }
        select new Case(sizes, sequences, tokens, (ulong)seed);

    [Fact]
    public void Backward_RandomModels_EqualsFiniteDifferences() =>
        SeededProperty.Holds(Cases, sample => AssertGradients(sample, dropout: 0), count: 15);

    [Fact]
    public void Backward_Dropout_EqualsFiniteDifferencesOfTheSameMask() =>
        SeededProperty.Holds(Cases, sample => AssertGradients(sample, dropout: 0.3f), count: 10);

    [Fact]
    public void Backward_UntiedHead_EqualsFiniteDifferences() => AssertGradients(
        new Case(new Gpt2Config(7, 5, 8, 2, 2) { TiedHead = false, QkvBias = false }, 2, 5, 11), dropout: 0);

    [Fact]
    public void Backward_OneTokenAndOneHead_EqualsFiniteDifferences() =>
        AssertGradients(new Case(new Gpt2Config(3, 1, 5, 1, 1), 1, 1, 12), dropout: 0);

    private static void AssertGradients(Case sample, float dropout)
    {
        (Gpt2Config config, int sequences, int tokens, ulong seed) = sample;
        var model = new Gpt2Model(TestModels.Random(config, seed), KernelSet.Create(KernelRung.Scalar));
        int[] ids = TestModels.Ids(config, sequences * tokens, seed + 1);
        int[] targets = TestModels.Ids(config, ids.Length, seed + 2);
        for (int i = 1; i < targets.Length; i += 3)
        {
            targets[i] = -1;
        }

        int counted = targets.Count(target => target >= 0);
        var gradients = new Gpt2Gradients(config);
        var batch = new BatchGradients(config, sequences, dropout);
        batch.SeedDropout(seed);
        double loss = batch.Add(model, ids, targets, counted, gradients);

        var a = new ForwardActivations(config, false, HeadRows.All, null, sequences, dropout > 0 ? new Dropout(dropout) : null);
        double Loss()
        {
            if (a.Dropout is not null)
            {
                a.Dropout.Random = new RandomGenerator(seed);
            }

            model.Forward(ids, cache: null, a);
            return BatchGradients.SummedLoss(a, targets);
        }

        Loss().Should().Be(loss, "the backward pass returns the loss of the forward pass with the same mask");
        var random = new RandomGenerator(seed + 3);
        foreach ((Matrix weight, Matrix gradient) in model.Weights.Matrices().Zip(gradients.Weights.Matrices()))
        {
            for (int pick = 0; pick < PerTensor; pick++)
            {
                int at = (int)(random.NextDouble() * weight.Span.Length);
                double expected = Difference(weight, at, Loss) / counted;
                double actual = gradient.Span[at];
                bool close = Math.Abs(actual - expected) <= 5e-4 + (0.01 * Math.Abs(expected)); // false for NaN
                close.Should().BeTrue("{0} of {1}[{2}] is {3}, by differences {4}", sample, weight.Name, at, actual, expected);
            }
        }
    }

    /// <summary>The central difference over five points: its error falls with the fourth power of the step.</summary>
    private static double Difference(Matrix weight, int at, Func<double> loss)
    {
        float value = weight.Span[at];
        double At(float shift)
        {
            weight.Span[at] = value + shift;
            return loss();
        }

        double near = At(Step) - At(-Step), far = At(2 * Step) - At(-2 * Step);
        weight.Span[at] = value;
        return ((8 * near) - far) / (12 * Step);
    }

    private sealed record Case(Gpt2Config Config, int Sequences, int Tokens, ulong Seed);
}
