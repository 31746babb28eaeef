// Backward of GELU: every length and many magnitudes against finite differences, in place, refusals.
// Tolerance: 2e-6 of the gradient that comes in.

using Gpt2.Kernels;
using Gpt2.Kernels.Gelu;

namespace Gpt2.Tests.Kernels.Gelu;

public sealed class GeluBackwardTests
{
    private const double Tolerance = 2e-6;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Backward_EveryLength_EqualsFiniteDifferences(KernelRung rung)
    {
        GeluKernel gelu = KernelSet.Create(rung).Gelu;
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] input = KernelData.Normal(length, length, deviation: 3);
            float[] outputGradient = KernelData.Normal(length + 1000, length);
            var actual = new GuardedSpan(length);

            gelu.Backward(input, outputGradient, actual.Span);

            FiniteDifferences.AssertClose(
                actual.Span, [.. input.Zip(outputGradient, (x, g) => g * Derivative(x))], Tolerance, Tolerance * 4, $"length {length}");
            actual.AssertSurroundingsUntouched($"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Backward_FarFromZero_IsTheGradientOrZero(KernelRung rung)
    {
        // Enough copies for full registers and a rest; beyond 1e19 the square of the input overflows.
        float[] far = [11, 15, 100, 1e6f, 1e12f, 1e18f, 1e19f, 1e25f, 3e38f, float.MaxValue, float.PositiveInfinity];
        float[] input = [.. Enumerable.Range(0, 87).Select(i => far[i % 11] * (i % 2 == 0 ? 1 : -1))];
        var actual = new float[input.Length];

        KernelSet.Create(rung).Gelu.Backward(input, KernelData.Repeat(-2, input.Length), actual);

        FiniteDifferences.AssertClose(actual, [.. input.Select(x => x > 0 ? -2.0 : 0)], 0, 0, "far from zero");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Backward_AllMagnitudes_AgreesWithTheFormulaInDouble(KernelRung rung)
    {
        // Every 32768th float, without NaN and infinities: all exponents, both signs, subnormals too.
        float[] input = [.. Enumerable.Range(0, 1 << 17).Select(i => BitConverter.Int32BitsToSingle(i << 15)).Where(float.IsFinite)];
        var actual = new float[input.Length];

        KernelSet.Create(rung).Gelu.Backward(input, KernelData.Repeat(1, input.Length), actual);

        FiniteDifferences.AssertClose(actual, [.. input.Select(x => ExactDerivative(x))], 0, Tolerance, "derivative");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Backward_NaN_IsNaNThereAlone(KernelRung rung)
    {
        GeluKernel gelu = KernelSet.Create(rung).Gelu;
        for (int at = 0; at < 35; at++)
        {
            float[] input = KernelData.Normal(at, 35), gradient = KernelData.Normal(at + 1000, 35), output = new float[35];
            (at % 2 == 0 ? input : gradient)[at] = float.NaN;

            gelu.Backward(input, gradient, output);

            Enumerable.Range(0, 35).Where(i => float.IsNaN(output[i])).Should().Equal(at);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Backward_InPlace_GivesTheSameBits(KernelRung rung)
    {
        float[] input = KernelData.Normal(1, 43), gradient = KernelData.Normal(2, 43), apart = new float[43];
        KernelSet.Create(rung).Gelu.Backward(input, gradient, apart);

        KernelSet.Create(rung).Gelu.Backward(input, gradient, gradient);

        KernelData.Bits(gradient).Should().Equal(KernelData.Bits(apart));
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Backward_WrongLengthsOrMemory_AreRefused(KernelRung rung)
    {
        GeluKernel gelu = KernelSet.Create(rung).Gelu;
        float[] shared = new float[12];

        FluentActions.Invoking(() => gelu.Backward(new float[4], new float[3], new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("outputGradient.Length is 3, expected 4");
        FluentActions.Invoking(() => gelu.Backward(new float[4], new float[4], new float[5]))
            .Should().Throw<ArgumentException>().WithMessage("inputGradient.Length is 5, expected 4");
        FluentActions.Invoking(() => gelu.Backward(shared.AsSpan(0, 4), new float[4], shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("inputGradient shares memory with input*");
        FluentActions.Invoking(() => gelu.Backward(new float[4], shared.AsSpan(1, 4), shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("inputGradient is outputGradient shifted by *");
    }

    private static double ExactDerivative(double x)
    {
        x = Math.Clamp(x, -1e6, 1e6); // where x² is finite
        double tanh = Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)));
        double slope = Math.Sqrt(2 / Math.PI) * (1 + (3 * 0.044715 * x * x));
        return (0.5 * (1 + tanh)) + (0.5 * x * (1 - (tanh * tanh)) * slope);
    }

    private static double Derivative(double x) => (Formula(x + 1e-5) - Formula(x - 1e-5)) / 2e-5;

    private static double Formula(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));
}
