// Gradients by central differences in double precision: what the backward kernels are checked against.

using static System.FormattableString;

namespace Gpt2.Tests.Kernels;

/// <summary>A function's gradient from the function alone.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-6;

    /// <summary>For each input: Σ over outputs of outputGradient · ∂output/∂input. Accurate to about 1e-9.</summary>
    public static double[] Of(Func<double[], double[]> function, float[] input, float[] outputGradient)
    {
        double[] at = [.. input.Select(value => (double)value)];
        var gradient = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
        {
            double value = at[i];
            at[i] = value + Step;
            double above = Weighted(function(at), outputGradient);
            at[i] = value - Step;
            double below = Weighted(function(at), outputGradient);
            at[i] = value;
            gradient[i] = (above - below) / (2 * Step);
        }

        return gradient;
    }

    private static double Weighted(double[] output, float[] weights)
    {
        output.Length.Should().Be(weights.Length);
        double sum = 0;
        for (int i = 0; i < output.Length; i++)
        {
            sum += output[i] * weights[i];
        }

        return sum;
    }

    /// <summary>|actual − expected| ≤ atol + rtol · |expected|, where NaN fails.</summary>
    public static void AssertClose(ReadOnlySpan<float> actual, double[] expected, double rtol, double atol, string what)
    {
        actual.Length.Should().Be(expected.Length, what);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= atol + (rtol * Math.Abs(expected[i]))))
            {
                throw new Xunit.Sdk.XunitException(Invariant($"{what} element {i}: {actual[i]:R}, expected {expected[i]:R}"));
            }
        }
    }
}
