// Asks for memory before it is read. A panel is read line after line, and the processor reads ahead by itself, but only
// as far as it has instructions in flight: the more work per line, the less far. With prefetching, a row times weights
// of any type runs as fast as memory allows. The instruction takes an address, which is unsafe in C#. The address is
// computed as a number: no reference is formed from it, and prefetching past the end of an array, or from an array that
// has moved, does no harm.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>Prefetching, on processors that support it.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Line = CacheAligned.Line;

    /// <summary>
    /// How far ahead, in bytes: what memory delivers in a few hundred cycles, and less than the first-level cache
    /// holds.
    /// </summary>
    private const nint Distance = 6144;

    /// <summary>Prefetches the line at a place.</summary>
    /// <param name="place">Where the distance is counted from.</param>
    /// <param name="bytes">The distance in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void At<T>(ref readonly T place, nint bytes)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place)) + bytes);
        }
    }

    /// <summary>Prefetches the line that is some distance after a place.</summary>
    /// <param name="place">What is being read now.</param>
    /// <param name="streams">Number of places read at the same time, which share what is on its way; must be a constant.</param>
    /// <param name="bytes">An additional offset in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead<T>(ref readonly T place, int streams = 1, nint bytes = 0)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place)) + ((Distance / streams) + bytes));
        }
    }
}
