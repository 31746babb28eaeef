// Going from one element to another by reference, where nothing is written.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// Elements at a distance. A reference must never be formed outside its array, not even one that is not read: the loops of the
/// kernels go by indices, or leave before they would move a reference on from the last step.
/// </summary>
internal static class Elements
{
    /// <summary>The element so many places after another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref readonly T At<T>(ref readonly T start, nint distance) => ref Unsafe.Add(ref Unsafe.AsRef(in start), distance);
}
