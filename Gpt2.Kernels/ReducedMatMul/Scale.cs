// Scales of whole-number weights as they are stored: bfloat16.

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.ReducedMatMul;

internal static class Scale
{
    private const float Smallest = 1.17549435e-38f; // 2^-126, the smallest normal number

    /// <summary>The smallest bfloat16 not below a scale and 2^-126; 0 if the largest weight is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> NotBelow(Vector<float> scale, Vector<float> largest) =>
        Vector.ConditionalSelect(
            Vector.GreaterThan(largest, Vector<float>.Zero), BFloat16.RoundUp(Vector.Max(scale, Vector.Create(Smallest))), Vector<float>.Zero);
}
