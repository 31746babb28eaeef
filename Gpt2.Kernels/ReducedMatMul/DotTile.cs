// The micro-kernel of products of whole numbers on Arm processors that have dot products: an instruction adds four products of
// bytes to every lane. The input's 16-bit words are split for it, word = 256 · high + low, with a signed high byte and a low byte
// without a sign. The sums are the same whole numbers as SumTile's, so the results are the same bits.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>
/// Does what <see cref="SumTile{TLanes, TVector, TInts, TType}"/> does, from rows that <see cref="Split"/> has split:
/// Σ (w − offset) · word = 256 · Σ (w − offset) · high + Σ w · low − offset · Σ low, for weights w as they are stored.
/// </summary>
internal static class DotTile<TType>
    where TType : struct, IQuantisedType
{
    /// <summary>Rows of a tile: two vectors of sums of high and two of low bytes take 24 of 32 registers.</summary>
    public const int Rows = 6;

    private const int LowBytes = 0x00FF_00FF, HighBytes = unchecked((int)0xFF00_FF00);

    /// <summary>Dot products of one pair of lines: a line holds four inputs for each of them.</summary>
    private static int Steps => 8 / TType.Bits;

    /// <summary>
    /// Splits the words of a row in place. Two pairs of words become four high bytes and four low bytes, in the order of the weights'
    /// bytes in an integer.
    /// </summary>
    /// <param name="pairs">Pairs of words, in the order of the inputs.</param>
    /// <returns>Σ low</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Split(Span<int> pairs)
    {
        int sum = 0;
        for (int line = 0; line < pairs.Length; line += 2 * Steps)
        {
            for (int i = line; i < line + Steps; i++)
            {
                int first = pairs[i], second = pairs[i + Steps];
                int low = (first & LowBytes) | ((second & LowBytes) << 8);
                pairs[i] = ((first >> 8) & LowBytes) | (second & HighBytes);
                pairs[i + Steps] = low;
                int twoSums = (low & LowBytes) + ((low >> 8) & LowBytes);
                sum += (twoSums & 0xFFFF) + (twoSums >> 16);
            }
        }

        return sum;
    }

    /// <summary>Adds the sums of one group.</summary>
    /// <param name="rows">Rows of the tile, 1 to <see cref="Rows"/>.</param>
    /// <param name="left">The rows' part of the split rows for this group.</param>
    /// <param name="group">The group in the panel, beginning with the first column of the tile.</param>
    /// <param name="linePairs">Number of pairs of lines in the group.</param>
    /// <param name="tile">[rows, width of a panel], beginning with the first column.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(int rows, ref readonly int left, ref readonly uint group, int linePairs, ref float tile)
    {
        switch (rows)
        {
            case 1:
                Tile<Rows1>(in left, in group, linePairs, ref tile);
                break;
            case 2:
                Tile<Rows2>(in left, in group, linePairs, ref tile);
                break;
            case 3:
                Tile<Rows3>(in left, in group, linePairs, ref tile);
                break;
            case 4:
                Tile<Rows4>(in left, in group, linePairs, ref tile);
                break;
            case 5:
                Tile<Rows5>(in left, in group, linePairs, ref tile);
                break;
            default:
                Tile<Rows6>(in left, in group, linePairs, ref tile);
                break;
        }
    }

    /// <summary>The loop of a tile. The compiler leaves out the code of rows that the tile does not have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows>(ref readonly int left, ref readonly uint group, int linePairs, ref float tile)
        where TRows : struct, ITileRows
    {
        Row row0 = default, row1 = default, row2 = default, row3 = default, row4 = default, row5 = default;
        row0.Load<TRows>(0, in left);
        row1.Load<TRows>(1, in left);
        row2.Load<TRows>(2, in left);
        row3.Load<TRows>(3, in left);
        row4.Load<TRows>(4, in left);
        row5.Load<TRows>(5, in left);

        // The bytes' indices and the line's begin before what is read first, as in SumTile.
        nint at = TRows.Count, lowBytes = Steps * TRows.Count, lineAt = 0;
        for (int i = 0; i < linePairs; i++)
        {
            lineAt += Panels.Width;
            Vector128<byte> first = Vector128.LoadUnsafe(in group, (nuint)(lineAt - BFloat16.LineLength)).AsByte();
            Vector128<byte> second = Vector128.LoadUnsafe(in group, (nuint)lineAt).AsByte();
            for (int step = 0; step < Steps; step++)
            {
                at += TRows.Count;
                Weights weights = TType.Bits == 8 ? new(first, second)
                    : step == 0 ? new(first & Vector128.Create((byte)15), second & Vector128.Create((byte)15))
                    : new(first >> 4, second >> 4);
                row0.Add<TRows>(0, in left, at, lowBytes, weights);
                row1.Add<TRows>(1, in left, at, lowBytes, weights);
                row2.Add<TRows>(2, in left, at, lowBytes, weights);
                row3.Add<TRows>(3, in left, at, lowBytes, weights);
                row4.Add<TRows>(4, in left, at, lowBytes, weights);
                row5.Add<TRows>(5, in left, at, lowBytes, weights);
            }

            at += lowBytes;
        }

        ref readonly float scales = ref Unsafe.As<uint, float>(ref Unsafe.AsRef(in group));
        Vector128<float> scalesFirst = Lanes128.LoadLower(in scales, 0), scalesSecond = Lanes128.LoadUpper(in scales, 0);
        row0.AddTo<TRows>(0, in left, scalesFirst, scalesSecond, ref tile);
        row1.AddTo<TRows>(1, in left, scalesFirst, scalesSecond, ref tile);
        row2.AddTo<TRows>(2, in left, scalesFirst, scalesSecond, ref tile);
        row3.AddTo<TRows>(3, in left, scalesFirst, scalesSecond, ref tile);
        row4.AddTo<TRows>(4, in left, scalesFirst, scalesSecond, ref tile);
        row5.AddTo<TRows>(5, in left, scalesFirst, scalesSecond, ref tile);
    }

    /// <summary>Weights of two vectors of columns, four inputs each: as they are stored, and with their sign.</summary>
    private readonly struct Weights
    {
        public readonly Vector128<byte> First, Second;
        public readonly Vector128<sbyte> SignedFirst, SignedSecond;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Weights(Vector128<byte> first, Vector128<byte> second)
        {
            First = first;
            Second = second;
            SignedFirst = (first - Vector128.Create((byte)TType.Offset)).AsSByte();
            SignedSecond = (second - Vector128.Create((byte)TType.Offset)).AsSByte();
        }
    }

    /// <summary>
    /// One row of a tile: two vectors of sums for each half of the words. Does nothing if the tile has no row of that index.
    /// </summary>
    private struct Row
    {
        private Vector128<int> highFirst, highSecond;
        private Vector128<uint> lowFirst, lowSecond;

        /// <summary>Sets the row's sums to their initial value.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TRows>(int index, ref readonly int left)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                lowFirst = Vector128.Create((uint)Elements.At(in left, index));
                lowSecond = lowFirst;
            }
        }

        /// <summary>this += four words × four weights of each column.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TRows>(int index, ref readonly int left, nint at, nint lowBytes, in Weights weights)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                Vector128<sbyte> high = FourBytes(in Elements.At(in left, at + index)).AsSByte();
                Vector128<byte> low = FourBytes(in Elements.At(in left, at + lowBytes + index));
                highFirst = Dp.DotProductBySelectedQuadruplet(highFirst, weights.SignedFirst, high, 0);
                highSecond = Dp.DotProductBySelectedQuadruplet(highSecond, weights.SignedSecond, high, 0);
                lowFirst = Dp.DotProductBySelectedQuadruplet(lowFirst, weights.First, low, 0);
                lowSecond = Dp.DotProductBySelectedQuadruplet(lowSecond, weights.Second, low, 0);
            }
        }

        /// <summary>tile[row, c] += scale of c · (scale of the row · sum of c)</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo<TRows>(
            int index, ref readonly int left, Vector128<float> scalesFirst, Vector128<float> scalesSecond, ref float tile)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                Vector128<float> scale = Vector128.Create(BitConverter.Int32BitsToSingle(Elements.At(in left, TRows.Count + index)));
                int at = index * Panels.Width;
                Vector128<float> first = Vector128.ConvertToSingle((highFirst << 8) + lowFirst.AsInt32()) * scale;
                Vector128<float> second = Vector128.ConvertToSingle((highSecond << 8) + lowSecond.AsInt32()) * scale;
                Lanes128.Store(Lanes128.MultiplyAdd(first, scalesFirst, Lanes128.Load(in tile, at)), ref tile, at);
                at += Panels.Width / 2;
                Lanes128.Store(Lanes128.MultiplyAdd(second, scalesSecond, Lanes128.Load(in tile, at)), ref tile, at);
            }
        }

        /// <summary>In the lowest lane, from memory as a float.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<byte> FourBytes(ref readonly int place) =>
            Vector128.CreateScalarUnsafe(Unsafe.As<int, float>(ref Unsafe.AsRef(in place))).AsByte();
    }
}
