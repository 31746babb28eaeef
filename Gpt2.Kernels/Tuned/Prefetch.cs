// Asks for memory before it is read. A panel is read line after line, and the processor reads ahead by itself, but only as
// far as it has instructions in flight: the more there is to do with a line, the less far. With this, a row times weights of
// any type runs as fast as memory gives them. The instruction takes an address, which C# calls unsafe. The address is computed as a
// number: no reference to it is formed, and one after the end of an array, or of an array that has moved, is asked for in vain.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>Reading ahead, on processors that can be asked to.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Line = CacheAligned.Line;

    /// <summary>How far ahead, in bytes: what memory gives in a few hundred cycles, and less than the first cache holds.</summary>
    private const nint Distance = 6144;

    /// <summary>Asks for the line that is read that long after a place.</summary>
    /// <param name="place">What is read now.</param>
    /// <param name="bytes">From there to the line that is meant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead<T>(ref readonly T place, nint bytes = 0)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place)) + (Distance + bytes));
        }
    }
}
