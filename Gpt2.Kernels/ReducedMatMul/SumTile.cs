// The micro-kernel of products of whole numbers: one group of inputs, a register tile of a few rows by two vectors of
// sums. At the end of the group, the sums are scaled and added to the tile of the product.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>
/// Tiles of a few rows by two vectors:
/// tile[r, c] += scale of c · (scale of r · Σ over a group of row r's words · column c's weights).
/// The columns are one vector's, beginning at some column of the panel, and those 16 columns after them.
/// </summary>
internal static class SumTile<TLanes, TVector, TInts, TType>
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
    where TType : struct, IQuantisedType
{
    /// <summary>Adds the sums of one group.</summary>
    /// <param name="rows">Rows of the tile, 2 to <see cref="IReducedLanes{TVector, TInts}.SumRows"/>.</param>
    /// <param name="left">
    /// The rows' part of <see cref="QuantisedRows{TLanes, TVector, TInts, TType}"/> for this group.
    /// </param>
    /// <param name="group">The group in the panel, beginning with the first column of the tile.</param>
    /// <param name="linePairs">Number of pairs of lines in the group.</param>
    /// <param name="tile">[rows, width of a panel], beginning with the first column.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(int rows, ref readonly int left, ref readonly uint group, int linePairs, ref float tile)
    {
        Debug.Assert(rows >= 2, "SumRow multiplies single rows");
        switch (rows)
        {
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
            case 6:
                Tile<Rows6>(in left, in group, linePairs, ref tile);
                break;
            case 7:
                Tile<Rows7>(in left, in group, linePairs, ref tile);
                break;
            default:
                Tile<Rows8>(in left, in group, linePairs, ref tile);
                break;
        }
    }

    private static TInts Mask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.CreateInts(((1 << TType.Bits) - 1) * 0x0001_0001);
    }

    /// <summary>The loop of a tile. The compiler leaves out the code of rows that the tile does not have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows>(ref readonly int left, ref readonly uint group, int linePairs, ref float tile)
        where TRows : struct, ITileRows
    {
        Row row0 = default, row1 = default, row2 = default, row3 = default, row4 = default, row5 = default, row6 = default, row7 = default;
        row0.Load<TRows>(0, in left);
        row1.Load<TRows>(1, in left);
        row2.Load<TRows>(2, in left);
        row3.Load<TRows>(3, in left);
        row4.Load<TRows>(4, in left);
        row5.Load<TRows>(5, in left);
        row6.Load<TRows>(6, in left);
        row7.Load<TRows>(7, in left);
        TInts mask = Mask;

        // Both begin one step before their first read and advance before they read, so they never leave the group.
        ref readonly int words = ref Elements.At(in left, TRows.Count);
        ref readonly uint line = ref group; // the second of a pair
        for (int i = 0; i < linePairs; i++)
        {
            line = ref Elements.At(in line, Panels.Width);
            Prefetch.Ahead(in line, bytes: -Prefetch.Line);
            Prefetch.Ahead(in line);
            TInts first = TLanes.LoadInts(in line, -BFloat16.LineLength), second = TLanes.LoadInts(in line, 0);
            for (int pair = 0; pair < 16 / TType.Bits; pair++)
            {
                TInts lower = TLanes.And(first, mask), upper = TLanes.And(second, mask);
                words = ref Elements.At(in words, TRows.Count);
                row0.Add<TRows>(0, in words, lower, upper);
                row1.Add<TRows>(1, in words, lower, upper);
                row2.Add<TRows>(2, in words, lower, upper);
                row3.Add<TRows>(3, in words, lower, upper);
                row4.Add<TRows>(4, in words, lower, upper);
                row5.Add<TRows>(5, in words, lower, upper);
                row6.Add<TRows>(6, in words, lower, upper);
                row7.Add<TRows>(7, in words, lower, upper);
                first = TLanes.ShiftWords(first, TType.Bits);
                second = TLanes.ShiftWords(second, TType.Bits);
            }
        }

        var scales = new Scales(in group);
        row0.AddTo<TRows>(0, in left, scales, ref tile);
        row1.AddTo<TRows>(1, in left, scales, ref tile);
        row2.AddTo<TRows>(2, in left, scales, ref tile);
        row3.AddTo<TRows>(3, in left, scales, ref tile);
        row4.AddTo<TRows>(4, in left, scales, ref tile);
        row5.AddTo<TRows>(5, in left, scales, ref tile);
        row6.AddTo<TRows>(6, in left, scales, ref tile);
        row7.AddTo<TRows>(7, in left, scales, ref tile);
    }

    /// <summary>The scales of a tile's columns, which are at the beginning of the group.</summary>
    private readonly struct Scales
    {
        public readonly TVector First, Second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Scales(ref readonly uint group)
        {
            ref readonly float pairs = ref Unsafe.As<uint, float>(ref Unsafe.AsRef(in group));
            First = TLanes.LoadLower(in pairs, 0);
            Second = TLanes.LoadUpper(in pairs, 0);
        }
    }

    /// <summary>
    /// One row of a tile: two vectors of sums, held in registers. Does nothing if the tile has no row of that index.
    /// </summary>
    private struct Row
    {
        private TInts first, second;

        /// <summary>Sets the row's sums to their initial value.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TRows>(int index, ref readonly int left)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                first = TLanes.CreateInts(Elements.At(in left, index));
                second = first;
            }
        }

        /// <summary>this += a pair of words × the pairs of weights of each column.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TRows>(int index, ref readonly int words, TInts weightsFirst, TInts weightsSecond)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                TInts pair = TLanes.Repeat(in Elements.At(in words, index));
                first = TLanes.AddProducts(first, weightsFirst, pair);
                second = TLanes.AddProducts(second, weightsSecond, pair);
            }
        }

        /// <summary>tile[row, c] += scale of c · (scale of the row · sum of c)</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void AddTo<TRows>(int index, ref readonly int left, in Scales scales, ref float tile)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                TVector scale = TLanes.Create(BitConverter.Int32BitsToSingle(Elements.At(in left, TRows.Count + index)));
                int at = index * Panels.Width;
                // (sum · scale of the row) · scale of the column + tile
                TVector lower = TLanes.Multiply(TLanes.ToFloats(first), scale), upper = TLanes.Multiply(TLanes.ToFloats(second), scale);
                TLanes.Store(TLanes.MultiplyAdd(lower, scales.First, TLanes.Load(in tile, at)), ref tile, at);
                at += Panels.Width / 2;
                TLanes.Store(TLanes.MultiplyAdd(upper, scales.Second, TLanes.Load(in tile, at)), ref tile, at);
            }
        }
    }
}
