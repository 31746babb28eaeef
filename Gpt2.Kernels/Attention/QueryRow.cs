// Attention of one query, as when generating a token: nothing is copied, and keys and values are read once, in the
// order of memory, all heads of a row before the next row. This suits the processor's prefetching best.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Attention;

/// <summary>Products of one query with the keys and values it sees.</summary>
internal static class QueryRow<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int HeadsTogether = 4; // heads whose sums over lanes are computed at once

    /// <summary>scores[h, u] = scale · query[h] · keys[u, h] for some of the keys; with sixteen lanes the bits of every width.</summary>
    /// <param name="query">[heads · headSize]</param>
    /// <param name="keys">[total, heads · headSize]</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scale">Each product is multiplied by this.</param>
    /// <param name="firstKey">The first key.</param>
    /// <param name="lastKey">The key after the last.</param>
    /// <param name="scores">[heads, total]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores(
        ReadOnlySpan<float> query, ReadOnlySpan<float> keys, in AttentionShape shape, float scale, int firstKey, int lastKey, Span<float> scores)
    {
        // The ends of the spans are checked once; the loops below stay within them.
        int channels = shape.Channels, headSize = shape.HeadSize, total = shape.Total, heads = shape.Heads;
        ref readonly float left = ref MemoryMarshal.GetReference(query[..channels]);
        ref readonly float rows = ref MemoryMarshal.GetReference(keys[..(lastKey * channels)]);
        for (int key = firstKey; key < lastKey; key++)
        {
            ref readonly float right = ref Elements.At(in rows, (nint)key * channels);
            for (int head = 0; head < heads; head += HeadsTogether)
            {
                // After the last head, the last head is repeated.
                int more = heads - head - 1;
                int at0 = head * headSize, at1 = at0 + (Math.Min(1, more) * headSize);
                int at2 = at0 + (Math.Min(2, more) * headSize), at3 = at0 + (Math.Min(3, more) * headSize);
                Vector128<float> sums = TLanes.FoldedOf(TLanes.SumEachFour(
                    Products(in left, in right, at0, headSize), Products(in left, in right, at1, headSize),
                    Products(in left, in right, at2, headSize), Products(in left, in right, at3, headSize)));
                for (int i = headSize / TLanes.Count * TLanes.Count; i < headSize; i++)
                {
                    sums += Four(in left, at0 + i, at1 + i, at2 + i, at3 + i) * Four(in right, at0 + i, at1 + i, at2 + i, at3 + i);
                }

                sums *= scale;
                Span<float> target = scores[((head * total) + key)..];
                target[0] = sums[0];
                if (more > 0)
                {
                    target[total] = sums[1];
                }

                if (more > 1)
                {
                    target[2 * total] = sums[2];
                }

                if (more > 2)
                {
                    target[3 * total] = sums[3];
                }
            }
        }
    }

    /// <summary>output[h] = Σ of attention[h, u] · values[u, h] over some of the keys.</summary>
    /// <param name="attention">[heads, total]</param>
    /// <param name="values">[total, heads · headSize]</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="firstKey">The first key.</param>
    /// <param name="lastKey">The key after the last.</param>
    /// <param name="output">[heads · headSize]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightedValues(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, in AttentionShape shape, int firstKey, int lastKey, Span<float> output)
    {
        int channels = shape.Channels, headSize = shape.HeadSize, total = shape.Total, heads = shape.Heads;
        output.Clear();
        ref readonly float weights = ref MemoryMarshal.GetReference(attention[..(heads * total)]);
        ref readonly float rows = ref MemoryMarshal.GetReference(values[..(lastKey * channels)]);
        ref float sums = ref MemoryMarshal.GetReference(output[..channels]);
        for (int key = firstKey; key < lastKey; key++)
        {
            ref readonly float row = ref Elements.At(in rows, (nint)key * channels);
            for (int head = 0, at = 0; head < heads; head++)
            {
                float weight = Elements.At(in weights, ((nint)head * total) + key);
                TVector factors = TLanes.Create(weight);
                int end = at + headSize;
                for (; at <= end - TLanes.Count; at += TLanes.Count)
                {
                    Prefetch.Ahead(in Elements.At(in row, at));
                    TLanes.Store(TLanes.MultiplyAdd(factors, TLanes.Load(in row, at), TLanes.Load(in sums, at)), ref sums, at);
                }

                for (; at < end; at++)
                {
                    Unsafe.Add(ref sums, at) = Elements.MultiplyAdd(weight, Elements.At(in row, at), Unsafe.Add(ref sums, at));
                }
            }
        }
    }

    /// <summary>The products of a head in whole vectors, summed in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Products(ref readonly float left, ref readonly float right, int at, int headSize)
    {
        TVector sum = default;
        for (int i = at; i <= at + headSize - TLanes.Count; i += TLanes.Count)
        {
            Prefetch.Ahead(in Elements.At(in right, i));
            sum = TLanes.MultiplyAdd(TLanes.Load(in left, i), TLanes.Load(in right, i), sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(ref readonly float start, int at0, int at1, int at2, int at3) =>
        Vector128.Create(Elements.At(in start, at0), Elements.At(in start, at1), Elements.At(in start, at2), Elements.At(in start, at3));
}
