// Working memory of kernels: kept per thread, so that the steady state allocates nothing, and aligned to cache lines, so
// that a vector never lies across two.

using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>A thread's buffers. What is in one holds until the same thread asks for the same one again.</summary>
internal static class Scratch
{
    /// <summary>The buffers there are. A kernel that calls another must not use what that one uses.</summary>
    public enum Use
    {
        LeftPanels,
        RightPanels,
        WholeRight,
        Tile,
        Rows,
        Sums,
        Kernel,
        Caller,
    }

    private const int Line = 64;

    [ThreadStatic]
    private static float[]?[]? buffers;

    /// <summary>A buffer of at least that many floats; its content is undefined.</summary>
    public static Span<float> Of(Use use, int length)
    {
        buffers ??= new float[Enum.GetValues<Use>().Length][];
        ref float[]? buffer = ref buffers[(int)use];
        if (buffer is null || buffer.Length < length + (Line / sizeof(float)))
        {
            buffer = Allocate(length);
        }

        return buffer.AsSpan(AlignedStart(buffer), length);
    }

    /// <summary>An array that does not move, with room for <paramref name="length"/> floats from <see cref="AlignedStart"/> on.</summary>
    public static float[] Allocate(int length) =>
        GC.AllocateUninitializedArray<float>(checked(length + (Line / sizeof(float))), pinned: true);

    /// <summary>The index of the first element of such an array that begins a cache line.</summary>
    public static int AlignedStart(float[] pinned)
    {
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        return (int)((Line - (address % Line)) % Line / sizeof(float));
    }
}
