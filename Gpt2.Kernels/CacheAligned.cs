// Arrays that begin at a cache line, so that no vector read from them crosses two lines.

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels;

/// <summary>
/// Memory for large matrices: it does not move, and its first element is at the beginning of a cache line.
/// </summary>
public static class CacheAligned
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int Line = 64;

    private const int LineFloats = Line / sizeof(float);

    /// <summary>Allocates memory.</summary>
    /// <param name="length">Number of floats, at least 0.</param>
    /// <param name="zeroed">Whether they are set to zero; otherwise they are undefined.</param>
    [DebuggerStepThrough]
    public static Memory<float> Allocate(int length, bool zeroed)
    {
        int withRoom = checked(length + LineFloats);
        float[] array = zeroed
            ? GC.AllocateArray<float>(withRoom, pinned: true)
            : GC.AllocateUninitializedArray<float>(withRoom, pinned: true);
        nint past = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Line;
        int start = (int)((Line - past) % Line) / sizeof(float);
        return array.AsMemory(start, length);
    }
}
