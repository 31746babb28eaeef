// The inner loops of matrix products and attention on the Scalar rung: dot product and scaled addition. Callers have
// checked the lengths.

namespace Gpt2.Kernels;

internal static class ScalarLoops
{
    /// <summary>Σ left·right, summed in double precision.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return (float)sum;
    }

    /// <summary>sum += source × scale.</summary>
    public static void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum)
    {
        for (int i = 0; i < source.Length; i++)
        {
            sum[i] += scale * source[i];
        }
    }
}
