// The inner loops of matrix products and attention in portable vectors: dot product and scaled addition. Callers have
// checked the lengths.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels;

internal static class VectorLoops
{
    /// <summary>Σ left·right, in four running sums so that additions do not wait for each other.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref readonly float l = ref MemoryMarshal.GetReference(left);
        ref readonly float r = ref MemoryMarshal.GetReference(right);
        int width = Vector<float>.Count;

        Vector<float> sum0 = Vector<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        int i = 0;
        for (; i <= left.Length - (4 * width); i += 4 * width)
        {
            sum0 = AddProduct(in l, in r, i, sum0);
            sum1 = AddProduct(in l, in r, i + width, sum1);
            sum2 = AddProduct(in l, in r, i + (2 * width), sum2);
            sum3 = AddProduct(in l, in r, i + (3 * width), sum3);
        }

        for (; i <= left.Length - width; i += width)
        {
            sum0 = AddProduct(in l, in r, i, sum0);
        }

        float sum = Vector.Sum(sum0 + sum1 + (sum2 + sum3));
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    /// <summary>sum += source × scale.</summary>
    public static void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum)
    {
        ref readonly float from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(sum);
        var scales = new Vector<float>(scale);
        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.MultiplyAddEstimate(Vector.LoadUnsafe(in from, (nuint)i), scales, Vector.LoadUnsafe(in to, (nuint)i))
                .StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += scale * source[i];
        }
    }

    /// <summary>addend + left·right for the vectors at an index; fused if the processor can.</summary>
    private static Vector<float> AddProduct(ref readonly float left, ref readonly float right, int index, Vector<float> addend) =>
        Vector.MultiplyAddEstimate(
            Vector.LoadUnsafe(in left, (nuint)index), Vector.LoadUnsafe(in right, (nuint)index), addend);
}
