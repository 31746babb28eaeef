// Working memory of kernels: kept per thread, so that the steady state allocates nothing, and aligned to cache lines, so
// that a vector never lies across two.

namespace Gpt2.Kernels.Tuned;

/// <summary>A thread's buffers. What is in one holds until the same thread asks for the same one again.</summary>
internal static class Scratch
{
    /// <summary>The buffers there are. A kernel that calls another must not use what that one uses.</summary>
    public enum Use
    {
        LeftSide,
        RightPanels,
        WholeRight,
        Tile,
        Rows,
        Sums,
        Kernel,
        Caller,
    }

    [ThreadStatic]
    private static Memory<float>[]? buffers;

    /// <summary>A buffer of that many floats; its content is undefined.</summary>
    public static Span<float> Of(Use use, int length)
    {
        buffers ??= new Memory<float>[Enum.GetValues<Use>().Length];
        ref Memory<float> buffer = ref buffers[(int)use];
        if (buffer.Length < length)
        {
            // Room to double: a context that grows by a token at a time does not allocate at every token.
            buffer = CacheAligned.Allocate(Math.Max(length, 2 * buffer.Length), zeroed: false);
        }

        return buffer.Span[..length];
    }
}
