// The gradient of the cross-entropy at the softmax's input: by hand, against finite differences, rows that do not count, in
// place, every rung against Scalar, refusals.

using Gpt2.Kernels;
using Gpt2.Kernels.Softmax;

namespace Gpt2.Tests.Kernels.Softmax;

public sealed class CrossEntropyBackwardTests
{
    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CrossEntropyBackward_TwoRowsByHand_IsProbabilityLessOneAtTheTarget(KernelRung rung)
    {
        var gradient = new float[6];

        KernelSet.Create(rung).Softmax.CrossEntropyBackward([0.25f, 0.5f, 0.25f, 0.125f, 0.125f, 0.75f], [1, -1], 3, 0.5f, gradient);

        gradient.Should().Equal(0.125f, -0.25f, 0.125f, 0, 0, 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CrossEntropyBackward_OfASoftmax_AgreesWithFiniteDifferences(KernelRung rung)
    {
        float[] logits = KernelData.Normal(3, 7);
        SoftmaxKernel softmax = KernelSet.Create(rung).Softmax;
        float[] probabilities = new float[7], gradient = new float[7];
        softmax.Rows(logits, 7, probabilities);

        softmax.CrossEntropyBackward(probabilities, [4], 7, 1, gradient);

        for (int i = 0; i < 7; i++)
        {
            const double Step = 1e-5;
            double slope = (Loss(logits, i, Step) - Loss(logits, i, -Step)) / (2 * Step);
            ((double)gradient[i]).Should().BeApproximately(slope, 1e-6, "logit {0}", i);
        }

        static double Loss(float[] logits, int changed, double by)
        {
            double[] moved = [.. logits.Select((logit, i) => logit + (i == changed ? by : 0))];
            return Math.Log(moved.Sum(Math.Exp)) - moved[4];
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CrossEntropyBackward_EveryLengthAndInPlace_HasTheBitsOfScalar(KernelRung rung)
    {
        SoftmaxKernel softmax = KernelSet.Create(rung, threads: 3).Softmax;
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            int rows = columns % 5 == 0 ? 64 : 4;
            float[] probabilities = KernelData.Normal(columns, rows * columns);
            int[] targets = [.. Enumerable.Range(0, rows).Select(row => row % 3 == 2 ? -1 : (row * 7) % columns)];
            var expected = new float[probabilities.Length];
            KernelData.Scalar.Softmax.CrossEntropyBackward(probabilities, targets, columns, 0.3f, expected);
            var actual = new GuardedSpan(probabilities.Length);

            softmax.CrossEntropyBackward(probabilities, targets, columns, 0.3f, actual.Span);
            softmax.CrossEntropyBackward(probabilities, targets, columns, 0.3f, probabilities);

            KernelData.Bits(actual.Span).Should().Equal(KernelData.Bits(expected), "columns {0}", columns);
            KernelData.Bits(probabilities).Should().Equal(KernelData.Bits(expected), "in place, columns {0}", columns);
            actual.AssertSurroundingsUntouched($"columns {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CrossEntropyBackward_ArgumentsThatDoNotFit_AreRefused(KernelRung rung)
    {
        SoftmaxKernel softmax = KernelSet.Create(rung).Softmax;

        Refused(
            () => softmax.CrossEntropyBackward(new float[5], [0], 3, 1, new float[5]),
            "probabilities.Length is 5, expected a multiple of the 3 columns");
        Refused(() => softmax.CrossEntropyBackward(new float[6], [0], 3, 1, new float[6]), "targets.Length is 1, expected 2");
        Refused(() => softmax.CrossEntropyBackward(new float[6], [0, 1], 3, 1, new float[3]), "gradient.Length is 3, expected 6");
        Refused(() => softmax.CrossEntropyBackward(new float[6], [0, 3], 3, 1, new float[6]), "a target is 3, expected -1 or a column below 3");
        Refused(() => softmax.CrossEntropyBackward(new float[6], [-2, 1], 3, 1, new float[6]), "a target is -2, expected -1 or a column below 3");
    }

    private static void Refused(Action call, string message) =>
        FluentActions.Invoking(call).Should().Throw<ArgumentException>().WithMessage(message);
}
