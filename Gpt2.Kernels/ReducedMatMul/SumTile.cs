// The innermost loop of products of whole numbers: one group of inputs, a tile of some rows by two vectors of sums. When
// the group ends, the sums are scaled and added to the tile of the product.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Reduced;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// Tiles of 8, 4, 2 or 1 rows: tile[r, c] += scale of c · (scale of r · Σ over a group of row r's words · column c's weights).
/// Columns are those of a vector from a column of the panel on, and those 16 further.
/// </summary>
internal static class SumTile<TLanes, TVector, TInts, TType>
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
    where TType : struct, IQuantisedType
{
    /// <summary>The tallest tile of at most that many rows.</summary>
    public static int Height(int rows) => rows >= TLanes.SumRows ? TLanes.SumRows : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;

    /// <summary>Adds the sums of one group.</summary>
    /// <param name="rows">One of the heights.</param>
    /// <param name="left">The rows' part of <see cref="QuantisedRows{TLanes, TVector, TInts, TType}"/> for this group.</param>
    /// <param name="group">The group in the panel, from the first column of the tile on.</param>
    /// <param name="linePairs">Pairs of lines that the group has.</param>
    /// <param name="tile">[rows, width of a panel], from the first column on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(int rows, ref int left, ref uint group, int linePairs, ref float tile)
    {
        switch (rows)
        {
            case 8:
                Rows8(ref left, ref group, linePairs, ref tile);
                break;
            case 4:
                Rows4(ref left, ref group, linePairs, ref tile);
                break;
            case 2:
                Rows2(ref left, ref group, linePairs, ref tile);
                break;
            default:
                Rows1(ref left, ref group, linePairs, ref tile);
                break;
        }
    }

    private static TInts Mask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.CreateInts(((1 << TType.Bits) - 1) * 0x0001_0001);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8(ref int left, ref uint group, int linePairs, ref float tile)
    {
        Row row0 = new(left), row1 = new(Unsafe.Add(ref left, 1)), row2 = new(Unsafe.Add(ref left, 2)), row3 = new(Unsafe.Add(ref left, 3));
        Row row4 = new(Unsafe.Add(ref left, 4)), row5 = new(Unsafe.Add(ref left, 5)), row6 = new(Unsafe.Add(ref left, 6)), row7 = new(Unsafe.Add(ref left, 7));
        ref uint line = ref group;
        ref int words = ref Unsafe.Add(ref left, 2 * 8);
        TInts mask = Mask;
        for (int i = 0; i < linePairs; i++)
        {
            line = ref Unsafe.Add(ref line, Panels.Width);
            ReadAhead(ref line);
            TInts first = TLanes.LoadInts(ref line, -BFloat16.LineLength), second = TLanes.LoadInts(ref line, 0);
            for (int pair = 0; pair < 16 / TType.Bits; pair++)
            {
                TInts lower = TLanes.And(first, mask), upper = TLanes.And(second, mask);
                row0.Add(ref words, lower, upper);
                row1.Add(ref Unsafe.Add(ref words, 1), lower, upper);
                row2.Add(ref Unsafe.Add(ref words, 2), lower, upper);
                row3.Add(ref Unsafe.Add(ref words, 3), lower, upper);
                row4.Add(ref Unsafe.Add(ref words, 4), lower, upper);
                row5.Add(ref Unsafe.Add(ref words, 5), lower, upper);
                row6.Add(ref Unsafe.Add(ref words, 6), lower, upper);
                row7.Add(ref Unsafe.Add(ref words, 7), lower, upper);
                words = ref Unsafe.Add(ref words, 8);
                first = TLanes.ShiftWords(first, TType.Bits);
                second = TLanes.ShiftWords(second, TType.Bits);
            }
        }

        var scales = new Scales(ref group);
        row0.AddTo(ref tile, 0, scales, Unsafe.Add(ref left, 8));
        row1.AddTo(ref tile, 1, scales, Unsafe.Add(ref left, 9));
        row2.AddTo(ref tile, 2, scales, Unsafe.Add(ref left, 10));
        row3.AddTo(ref tile, 3, scales, Unsafe.Add(ref left, 11));
        row4.AddTo(ref tile, 4, scales, Unsafe.Add(ref left, 12));
        row5.AddTo(ref tile, 5, scales, Unsafe.Add(ref left, 13));
        row6.AddTo(ref tile, 6, scales, Unsafe.Add(ref left, 14));
        row7.AddTo(ref tile, 7, scales, Unsafe.Add(ref left, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4(ref int left, ref uint group, int linePairs, ref float tile)
    {
        Row row0 = new(left), row1 = new(Unsafe.Add(ref left, 1)), row2 = new(Unsafe.Add(ref left, 2)), row3 = new(Unsafe.Add(ref left, 3));
        ref uint line = ref group;
        ref int words = ref Unsafe.Add(ref left, 2 * 4);
        TInts mask = Mask;
        for (int i = 0; i < linePairs; i++)
        {
            line = ref Unsafe.Add(ref line, Panels.Width);
            ReadAhead(ref line);
            TInts first = TLanes.LoadInts(ref line, -BFloat16.LineLength), second = TLanes.LoadInts(ref line, 0);
            for (int pair = 0; pair < 16 / TType.Bits; pair++)
            {
                TInts lower = TLanes.And(first, mask), upper = TLanes.And(second, mask);
                row0.Add(ref words, lower, upper);
                row1.Add(ref Unsafe.Add(ref words, 1), lower, upper);
                row2.Add(ref Unsafe.Add(ref words, 2), lower, upper);
                row3.Add(ref Unsafe.Add(ref words, 3), lower, upper);
                words = ref Unsafe.Add(ref words, 4);
                first = TLanes.ShiftWords(first, TType.Bits);
                second = TLanes.ShiftWords(second, TType.Bits);
            }
        }

        var scales = new Scales(ref group);
        row0.AddTo(ref tile, 0, scales, Unsafe.Add(ref left, 4));
        row1.AddTo(ref tile, 1, scales, Unsafe.Add(ref left, 5));
        row2.AddTo(ref tile, 2, scales, Unsafe.Add(ref left, 6));
        row3.AddTo(ref tile, 3, scales, Unsafe.Add(ref left, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows2(ref int left, ref uint group, int linePairs, ref float tile)
    {
        Row row0 = new(left), row1 = new(Unsafe.Add(ref left, 1));
        ref uint line = ref group;
        ref int words = ref Unsafe.Add(ref left, 2 * 2);
        TInts mask = Mask;
        for (int i = 0; i < linePairs; i++)
        {
            line = ref Unsafe.Add(ref line, Panels.Width);
            ReadAhead(ref line);
            TInts first = TLanes.LoadInts(ref line, -BFloat16.LineLength), second = TLanes.LoadInts(ref line, 0);
            for (int pair = 0; pair < 16 / TType.Bits; pair++)
            {
                TInts lower = TLanes.And(first, mask), upper = TLanes.And(second, mask);
                row0.Add(ref words, lower, upper);
                row1.Add(ref Unsafe.Add(ref words, 1), lower, upper);
                words = ref Unsafe.Add(ref words, 2);
                first = TLanes.ShiftWords(first, TType.Bits);
                second = TLanes.ShiftWords(second, TType.Bits);
            }
        }

        var scales = new Scales(ref group);
        row0.AddTo(ref tile, 0, scales, Unsafe.Add(ref left, 2));
        row1.AddTo(ref tile, 1, scales, Unsafe.Add(ref left, 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(ref int left, ref uint group, int linePairs, ref float tile)
    {
        Row row0 = new(left);
        ref uint line = ref group;
        ref int words = ref Unsafe.Add(ref left, 2);
        TInts mask = Mask;
        for (int i = 0; i < linePairs; i++)
        {
            line = ref Unsafe.Add(ref line, Panels.Width);
            ReadAhead(ref line);
            TInts first = TLanes.LoadInts(ref line, -BFloat16.LineLength), second = TLanes.LoadInts(ref line, 0);
            for (int pair = 0; pair < 16 / TType.Bits; pair++)
            {
                row0.Add(ref words, TLanes.And(first, mask), TLanes.And(second, mask));
                words = ref Unsafe.Add(ref words, 1);
                first = TLanes.ShiftWords(first, TType.Bits);
                second = TLanes.ShiftWords(second, TType.Bits);
            }
        }

        row0.AddTo(ref tile, 0, new Scales(ref group), Unsafe.Add(ref left, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadAhead(ref uint line)
    {
        Prefetch.Ahead(ref Unsafe.Add(ref line, -BFloat16.LineLength));
        Prefetch.Ahead(ref line);
    }

    /// <summary>The scales of a tile's columns, which begin the group.</summary>
    private readonly struct Scales
    {
        public readonly TVector First, Second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Scales(ref uint group)
        {
            ref float pairs = ref Unsafe.As<uint, float>(ref group);
            First = TLanes.LoadLower(ref pairs, 0);
            Second = TLanes.LoadUpper(ref pairs, 0);
        }
    }

    /// <summary>One row of a tile: two vectors of sums, held in registers.</summary>
    private struct Row
    {
        private TInts first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Row(int start)
        {
            first = TLanes.CreateInts(start);
            second = first;
        }

        /// <summary>this += a pair of words × the pairs of weights of each column.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ref int words, TInts weightsFirst, TInts weightsSecond)
        {
            TInts pair = TLanes.Repeat(ref words);
            first = TLanes.AddProducts(first, weightsFirst, pair);
            second = TLanes.AddProducts(second, weightsSecond, pair);
        }

        /// <summary>tile[row] += the sums, scaled.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo(ref float tile, int row, in Scales scales, int rowScale)
        {
            TVector scale = TLanes.Create(BitConverter.Int32BitsToSingle(rowScale));
            int at = row * Panels.Width;
            TVector lower = TLanes.Multiply(TLanes.ToFloats(first), scale), upper = TLanes.Multiply(TLanes.ToFloats(second), scale);
            TLanes.Store(TLanes.MultiplyAdd(lower, scales.First, TLanes.Load(ref tile, at)), ref tile, at);
            at += Panels.Width / 2;
            TLanes.Store(TLanes.MultiplyAdd(upper, scales.Second, TLanes.Load(ref tile, at)), ref tile, at);
        }
    }
}
