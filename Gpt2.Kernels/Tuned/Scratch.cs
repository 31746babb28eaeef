// Working memory of kernels: kept per thread, so that nothing is allocated in the steady state, and aligned to cache
// lines, so that a vector never crosses two.

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// A thread's buffers. The content of a buffer is valid until the same thread asks for that buffer again.
/// </summary>
internal static class Scratch
{
    /// <summary>The buffers. A kernel that calls another must not use the buffers that the other uses.</summary>
    public enum Use
    {
        LeftSide,
        RightPanels,
        WholeRight,
        Tile,
        Sums,
        Kernel,
    }

    [ThreadStatic]
    private static Memory<float>[]? buffers;

    /// <summary>A buffer of <paramref name="length"/> floats; its content is undefined.</summary>
    public static Span<float> Of(Use use, int length)
    {
        buffers ??= new Memory<float>[Enum.GetValues<Use>().Length];
        ref Memory<float> buffer = ref buffers[(int)use];
        if (buffer.Length < length)
        {
            // Twice as much as before: a context that grows by one token at a time does not allocate at every token.
            buffer = CacheAligned.Allocate(Math.Max(length, 2 * buffer.Length), zeroed: false);
        }

        return buffer.Span[..length];
    }
}
