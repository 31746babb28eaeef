// Rows of the input on their way into a product of whole numbers: rounded to 16-bit words, with one scale for each
// group of the weights. With eight bits instead of sixteen, rounding the input would cause as much error as rounding
// the weights, and several times as much in groups with one large input. The wider words cost nothing where memory is
// the bottleneck.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>
/// The rows of a tile, group after group: the initial value of each row's sums [rows], each row's scale (the bits of a
/// float) [rows], and the words, in pairs as in the weights' integers, [pairs, rows]. Missing inputs of the last group
/// are zeros. Where bytes are multiplied, <see cref="DotTile{TType}.Split"/> has replaced the words.
/// </summary>
internal static class QuantisedRows<TLanes, TVector, TInts, TType>
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
    where TType : struct, IQuantisedType
{
    private const float LargestWord = 32767;
    private const float SmallestScale = 1.17549435e-38f; // 2^-126, whose inverse is also finite

    /// <summary>Number of pairs of words in a group of <paramref name="depth"/> inputs.</summary>
    public static int Pairs(int depth) => QuantisedPanel<TType>.LinePairs(depth) * QuantisedPanel<TType>.PerInteger / 2;

    /// <summary>Number of integers per row.</summary>
    public static int RowLength(int inner)
    {
        int whole = inner / TType.Group, rest = inner % TType.Group;
        return (whole * (2 + (TType.Group / 2))) + (rest > 0 ? 2 + Pairs(rest) : 0);
    }

    /// <summary>Rounds the rows of a tile.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="rows">The height of the tile.</param>
    /// <param name="inner">Columns of the input.</param>
    /// <param name="rounded">[rows · <see cref="RowLength"/>]</param>
    public static void Round(ReadOnlySpan<float> input, int rows, int inner, Span<int> rounded)
    {
        Span<short> words = stackalloc short[TType.Group];
        Span<float> padded = stackalloc float[TType.Group];
        for (int k = 0; k < inner; k += TType.Group)
        {
            int depth = Math.Min(TType.Group, inner - k), pairs = Pairs(depth);
            for (int row = 0; row < rows; row++)
            {
                scoped ReadOnlySpan<float> group = input.Slice((row * inner) + k, depth);
                if (depth < TType.Group)
                {
                    padded.Clear();
                    group.CopyTo(padded);
                    group = padded;
                }

                rounded[rows + row] = BitConverter.SingleToInt32Bits(RoundGroup(group, words, out int sum));
                Span<int> pairsOfWords = MemoryMarshal.Cast<short, int>(words)[..pairs];
                rounded[row] = -TType.Offset * (TLanes.HasDots ? DotTile<TType>.Split(pairsOfWords) : sum);
                if (rows == 1)
                {
                    pairsOfWords.CopyTo(rounded[2..]);
                    continue;
                }

                for (int i = 0, at = (2 * rows) + row; i < pairs; i++, at += rows)
                {
                    rounded[at] = pairsOfWords[i];
                }
            }

            rounded = rounded[((2 + pairs) * rows)..];
        }
    }

    /// <summary>Rounds a group of one row.</summary>
    /// <returns>The scale; NaN, with all words zero, if an input is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RoundGroup(ReadOnlySpan<float> group, Span<short> words, out int sum)
    {
        ref readonly float from = ref MemoryMarshal.GetReference(group[..TType.Group]);
        float largest = Largest(in from);
        sum = 0;
        if (!(largest <= float.MaxValue))
        {
            words.Clear();
            return float.NaN;
        }

        float scale = MathF.Max(largest / LargestWord, SmallestScale);
        TVector inverse = TLanes.Create(1 / scale), sums = TLanes.Create(0);
        ref short to = ref MemoryMarshal.GetReference(words[..TType.Group]);
        for (int i = 0; i < TType.Group; i += 2 * TLanes.Count)
        {
            // word = round(value / scale)
            TVector first = TLanes.Round(TLanes.Multiply(TLanes.Load(in from, i), inverse));
            TVector second = TLanes.Round(TLanes.Multiply(TLanes.Load(in from, i + TLanes.Count), inverse));
            sums = TLanes.Add(sums, TLanes.Add(first, second));
            TLanes.StoreWords(first, second, ref to, i);
        }

        sum = (int)TLanes.Sum(sums); // exact: below 2^24
        return scale;
    }

    /// <summary>
    /// The largest magnitude, or NaN if there is one: the bits of magnitudes are ordered, and NaN is above ∞.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(ref readonly float from)
    {
        ref readonly uint bits = ref Unsafe.As<float, uint>(ref Unsafe.AsRef(in from));
        TInts magnitude = TLanes.CreateInts(int.MaxValue);
        TInts largest = TLanes.And(TLanes.LoadInts(in bits, 0), magnitude);
        for (int i = TLanes.Count; i < TType.Group; i += TLanes.Count)
        {
            largest = TLanes.MaxInts(largest, TLanes.And(TLanes.LoadInts(in bits, i), magnitude));
        }

        return BitConverter.Int32BitsToSingle(TLanes.Largest(largest));
    }
}
