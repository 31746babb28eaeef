// AdamW on one tensor: every length and several steps against the formula in double precision, what does nothing,
// clearing gradients, the sum of squares, refusals. Tolerance: 1e-6 relative to the numbers that are added.

using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;

namespace Gpt2.Tests.Kernels.AdamW;

public sealed class AdamWTests
{
    private const double Tolerance = 1e-6;
    private static readonly AdamWSettings Usual = new(0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 1, 1);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_FirstStepByHand_MovesByTheLearningRate(KernelRung rung)
    {
        float[] weights = [1, 1, 0], means = new float[3], squares = new float[3];

        KernelSet.Create(rung).AdamW.Update([0.5f, -20, 0], Usual with { WeightDecay = 0 }, weights, means, squares);

        FiniteDifferences.AssertClose(weights, [0.99, 1.01, 0], Tolerance, 0, "weight");
        FiniteDifferences.AssertClose(means, [0.05, -2, 0], Tolerance, 0, "mean");
        FiniteDifferences.AssertClose(squares, [0.0125, 20, 0], Tolerance, 0, "square");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_EveryLengthAndSomeSteps_EqualsTheFormula(KernelRung rung)
    {
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] start = KernelData.Normal(length, length);
            AdamWKernel adamW = KernelSet.Create(rung).AdamW;
            GuardedSpan weights = Filled(start), means = Filled(new float[length]), squares = Filled(new float[length]);
            double[] w = [.. start.Select(weight => (double)weight)], m = new double[length], v = new double[length];

            for (int step = 1; step <= 3; step++)
            {
                AdamWSettings settings = Usual with { Step = step, GradientScale = 0.25f * step, LearningRate = 0.02f / step };
                float[] gradients = KernelData.Normal((1000 * step) + length, length, deviation: 3);
                adamW.Update(gradients, settings, weights.Span, means.Span, squares.Span);
                UpdateInDouble(gradients, settings, w, m, v);
            }

            FiniteDifferences.AssertClose(weights.Span, w, Tolerance, Tolerance, $"length {length} weight");
            FiniteDifferences.AssertClose(means.Span, m, Tolerance, Tolerance, $"length {length} mean");
            FiniteDifferences.AssertClose(squares.Span, v, Tolerance, Tolerance, $"length {length} square");
            weights.AssertSurroundingsUntouched($"length {length}");
            means.AssertSurroundingsUntouched($"length {length}");
            squares.AssertSurroundingsUntouched($"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_NoGradients_OnlyDecays(KernelRung rung)
    {
        float[] weights = KernelData.Repeat(2, 35), means = new float[35], squares = new float[35];

        KernelSet.Create(rung).AdamW.Update(new float[35], Usual, weights, means, squares);

        FiniteDifferences.AssertClose(weights, [.. Enumerable.Repeat(2 * (1 - 0.001), 35)], Tolerance, 0, "weight");
        means.Concat(squares).Should().OnlyContain(value => value == 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_LateStep_NeedsNoCorrection(KernelRung rung)
    {
        float[] weights = new float[11], means = KernelData.Repeat(0.5f, 11), squares = KernelData.Repeat(0.25f, 11);

        KernelSet.Create(rung).AdamW.Update(KernelData.Repeat(0.5f, 11), Usual with { WeightDecay = 0, Step = 1_000_000 }, weights, means, squares);

        FiniteDifferences.AssertClose(weights, [.. Enumerable.Repeat(-0.01, 11)], Tolerance, 0, "weight");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_WithClearing_UpdatesAlikeAndLeavesNoGradients(KernelRung rung)
    {
        AdamWKernel adamW = KernelSet.Create(rung).AdamW;
        foreach (int length in (int[])[0, 1, 15, 16, 17, 33, 257, 5000, 20011])
        {
            float[] gradients = KernelData.Normal(1, length), cleared = [.. gradients];
            float[] weights = KernelData.Normal(2, length), means = KernelData.Normal(3, length), squares = KernelData.Repeat(1, length);
            float[] otherWeights = [.. weights], otherMeans = [.. means], otherSquares = [.. squares];
            adamW.Update(gradients, Usual, weights, means, squares);

            adamW.Update(cleared, Usual, otherWeights, otherMeans, otherSquares, clearGradients: true);

            cleared.Should().NotContain(value => value != 0);
            gradients.Should().Equal(KernelData.Normal(1, length), "gradients are kept unless they are to be cleared");
            KernelData.Bits(otherWeights).Should().Equal(KernelData.Bits(weights));
            KernelData.Bits(otherMeans).Should().Equal(KernelData.Bits(means));
            KernelData.Bits(otherSquares).Should().Equal(KernelData.Bits(squares));
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_NaNGradient_StaysInItsWeight(KernelRung rung)
    {
        for (int at = 0; at < 35; at++)
        {
            float[] gradients = new float[35], weights = new float[35], means = new float[35], squares = new float[35];
            gradients[at] = float.NaN;

            KernelSet.Create(rung).AdamW.Update(gradients, Usual, weights, means, squares);

            Enumerable.Range(0, 35).Where(i => float.IsNaN(weights[i])).Should().Equal(at);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_SharedMemory_IsRefused(KernelRung rung)
    {
        AdamWKernel adamW = KernelSet.Create(rung).AdamW;
        float[] shared = new float[8], other = new float[4], third = new float[4];

        FluentActions.Invoking(() => adamW.Update(shared.AsSpan(0, 4), Usual, shared.AsSpan(2, 4), other, third))
            .Should().Throw<ArgumentException>().WithMessage("weights shares memory with gradients*");
        FluentActions.Invoking(() => adamW.Update(other, Usual, third, shared.AsSpan(0, 4), shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("squares shares memory with means*");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Update_WrongLengths_AreRefused(KernelRung rung)
    {
        AdamWKernel adamW = KernelSet.Create(rung).AdamW;

        FluentActions.Invoking(() => adamW.Update(new float[3], Usual, new float[4], new float[4], new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("gradients.Length is 3, expected 4");
        FluentActions.Invoking(() => adamW.Update(new float[4], Usual, new float[4], new float[5], new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("means.Length is 5, expected 4");
        FluentActions.Invoking(() => adamW.Update(new float[4], Usual, new float[4], new float[4], []))
            .Should().Throw<ArgumentException>().WithMessage("squares.Length is 0, expected 4");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void SumOfSquares_EveryLength_EqualsThePlainSum(KernelRung rung)
    {
        AdamWKernel adamW = KernelSet.Create(rung).AdamW;
        foreach (int length in Enumerable.Range(0, KernelData.LongestLength + 1).Concat([1000, 16383, 16384, 16385, 50000]))
        {
            float[] values = KernelData.Normal(length, length);

            double expected = values.Sum(value => (double)value * value);
            adamW.SumOfSquares(values).Should().BeApproximately(expected, 1e-12 * expected, "length {0}", length);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void SumOfSquares_LargeOrNaN_NeitherOverflowsNorHides(KernelRung rung)
    {
        AdamWKernel adamW = KernelSet.Create(rung).AdamW;
        adamW.SumOfSquares(KernelData.Repeat(1e30f, 35)).Should().BeApproximately(35e60, 1e-6 * 35e60);
        for (int at = 0; at < 35; at++)
        {
            float[] values = new float[35];
            values[at] = float.NaN;
            adamW.SumOfSquares(values).Should().Be(double.NaN);
            values[at] = float.NegativeInfinity;
            adamW.SumOfSquares(values).Should().Be(double.PositiveInfinity);
        }
    }

    private static GuardedSpan Filled(float[] values)
    {
        var guarded = new GuardedSpan(values.Length);
        values.CopyTo(guarded.Span);
        return guarded;
    }

    private static void UpdateInDouble(float[] gradients, AdamWSettings s, double[] w, double[] m, double[] v)
    {
        double beta1 = s.Beta1, beta2 = s.Beta2;
        for (int i = 0; i < w.Length; i++)
        {
            double g = (double)gradients[i] * s.GradientScale;
            m[i] = (beta1 * m[i]) + ((1 - beta1) * g);
            v[i] = (beta2 * v[i]) + ((1 - beta2) * g * g);
            double step = m[i] / (1 - Math.Pow(beta1, s.Step)) / (Math.Sqrt(v[i] / (1 - Math.Pow(beta2, s.Step))) + s.Epsilon);
            w[i] -= (double)s.LearningRate * ((s.WeightDecay * w[i]) + step);
        }
    }
}
