// Moving from one element to another by reference, for elements that are only read.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// A reference must never be formed outside its array, not even one that is not read: the loops of the kernels use
/// indices, or end before they would move a reference past the last step.
/// </summary>
internal static class Elements
{
    /// <summary>The element <paramref name="distance"/> places after another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly T At<T>(ref readonly T start, nint distance) => ref Unsafe.Add(ref Unsafe.AsRef(in start), distance);

    /// <summary>left · right + addend as a lane of a vector gives it: rounded once if the processor can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float left, float right, float addend) => Vector128.MultiplyAddEstimate(
        Vector128.CreateScalarUnsafe(left), Vector128.CreateScalarUnsafe(right), Vector128.CreateScalarUnsafe(addend)).ToScalar();
}
