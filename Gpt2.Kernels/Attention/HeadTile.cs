// The micro-kernel of attention's products: a register tile of six rows by one, two or four vectors. MatMul's tile has
// 12 rows by two vectors, but here a head has few columns, and the mask is cut off in steps of a tile's height.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Attention;

/// <summary>What the sums of a tile begin with, and what becomes of the result.</summary>
internal enum TileStart
{
    /// <summary>The sums begin with 0 and become the result.</summary>
    Zero,

    /// <summary>The sums begin with the result: they go on where an earlier tile ended.</summary>
    Result,

    /// <summary>The sums begin with 0 and are added to the result, which is not needed before that.</summary>
    ZeroThenAdd,
}

/// <summary>
/// result[r, c] (+)= Σ over k of left[r, k] · right[k, c], summed in the order of k, so a row gets the same bits in
/// every tile.
/// </summary>
internal static class HeadTile<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Rows of a full tile.</summary>
    public const int MR = 6;

    /// <summary>
    /// Columns of a panel of the right side, and so the distance between its rows: the width of the widest tile.
    /// </summary>
    public static int PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MaxVectors * TLanes.Count;
    }

    /// <summary>Maximum number of vectors side by side: the tile takes 24 of 32 registers, or 12 of 16.</summary>
    private static int MaxVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.MR == 12 ? 4 : 2;
    }

    /// <summary>Computes tiles side by side over the columns of one panel.</summary>
    /// <param name="rows">Rows of the tile, 1 to <see cref="MR"/>.</param>
    /// <param name="left">[rows, depth], read in place.</param>
    /// <param name="layout">Its layout in memory.</param>
    /// <param name="panel">[depth, <see cref="PanelWidth"/>]</param>
    /// <param name="depth">Length of the inner dimension, at least 1.</param>
    /// <param name="columns">Number of columns of the panel to compute.</param>
    /// <param name="room">
    /// Number of columns of the result that may be written, at least <paramref name="columns"/>.
    /// </param>
    /// <param name="start">What the sums begin with.</param>
    /// <param name="result">The result from its first row and column on.</param>
    /// <param name="resultStride">Distance between rows of the result.</param>
    public static void Across(
        int rows, ReadOnlySpan<float> left, Layout layout, ReadOnlySpan<float> panel, int depth, int columns, int room,
        TileStart start, Span<float> result, int resultStride)
    {
        for (int column = 0, width; column < columns; column += width)
        {
            int vectors = VectorsFor(columns - column);
            width = vectors * TLanes.Count;
            if (column + width <= room)
            {
                Compute(vectors, rows, left, layout, panel[column..], depth, start, result[column..], resultStride);
                continue;
            }

            // The tile is wider than the room in the result, so it is computed in a buffer and copied.
            int narrow = room - column;
            Span<float> tile = Scratch.Of(Scratch.Use.Tile, MR * width);
            for (int row = 0; row < rows && start != TileStart.Zero; row++)
            {
                result.Slice((row * resultStride) + column, narrow).CopyTo(tile[(row * width)..]);
            }

            Compute(vectors, rows, left, layout, panel[column..], depth, start, tile, width);
            for (int row = 0; row < rows; row++)
            {
                tile.Slice(row * width, narrow).CopyTo(result[((row * resultStride) + column)..]);
            }
        }
    }

    private static int VectorsFor(int columns)
    {
        int vectors = (columns + TLanes.Count - 1) / TLanes.Count;
        return vectors > 2 && MaxVectors == 4 ? (vectors > 3 ? 4 : 2) : Math.Min(vectors, 2);
    }

    private static void Compute(
        int vectors, int rows, ReadOnlySpan<float> left, Layout layout, ReadOnlySpan<float> right, int depth, TileStart start, Span<float> result,
        int resultStride)
    {
        // The ends of the spans are checked once; the loops below stay within them.
        ref readonly float leftFirst = ref MemoryMarshal.GetReference(left[..(layout.At(rows - 1, depth - 1) + 1)]);
        ref readonly float rightFirst = ref MemoryMarshal.GetReference(right[..(((depth - 1) * PanelWidth) + (vectors * TLanes.Count))]);
        ref float target = ref MemoryMarshal.GetReference(result[..(((rows - 1) * resultStride) + (vectors * TLanes.Count))]);
        switch (vectors)
        {
            case 4:
                Compute<FourVectors>(rows, in leftFirst, layout, in rightFirst, depth, start, ref target, resultStride);
                break;
            case 2:
                Compute<TwoVectors>(rows, in leftFirst, layout, in rightFirst, depth, start, ref target, resultStride);
                break;
            default:
                Compute<OneVector>(rows, in leftFirst, layout, in rightFirst, depth, start, ref target, resultStride);
                break;
        }
    }

    private static void Compute<TRow>(
        int rows, ref readonly float left, Layout layout, ref readonly float right, int depth, TileStart start, ref float result, nint resultStride)
        where TRow : struct, IRow<TRow>
    {
        switch (rows)
        {
            case 1:
                Tile<TRow, Rows1>(in left, layout, in right, depth, start, ref result, resultStride);
                break;
            case 2:
                Tile<TRow, Rows2>(in left, layout, in right, depth, start, ref result, resultStride);
                break;
            case 3:
                Tile<TRow, Rows3>(in left, layout, in right, depth, start, ref result, resultStride);
                break;
            case 4:
                Tile<TRow, Rows4>(in left, layout, in right, depth, start, ref result, resultStride);
                break;
            case 5:
                Tile<TRow, Rows5>(in left, layout, in right, depth, start, ref result, resultStride);
                break;
            default:
                Tile<TRow, Rows6>(in left, layout, in right, depth, start, ref result, resultStride);
                break;
        }
    }

    /// <summary>The micro-kernel. The compiler leaves out the code of rows that the tile does not have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<TRow, TRows>(
        ref readonly float left, Layout layout, ref readonly float right, int depth, TileStart start, ref float result, nint resultStride)
        where TRow : struct, IRow<TRow>
        where TRows : struct, ITileRows
    {
        nint rowStride = layout.RowStride, depthStride = layout.ColumnStride, leftAt = 0, rightAt = 0;
        ref readonly float left1 = ref LeftRow<TRows>(1, in left, rowStride), left2 = ref LeftRow<TRows>(2, in left, rowStride);
        ref readonly float left3 = ref LeftRow<TRows>(3, in left, rowStride), left4 = ref LeftRow<TRows>(4, in left, rowStride);
        ref readonly float left5 = ref LeftRow<TRows>(5, in left, rowStride);
        TRow row0 = default, row1 = default, row2 = default, row3 = default, row4 = default, row5 = default;
        if (start == TileStart.Result)
        {
            row0 = Begin<TRow, TRows>(0, in result, resultStride);
            row1 = Begin<TRow, TRows>(1, in result, resultStride);
            row2 = Begin<TRow, TRows>(2, in result, resultStride);
            row3 = Begin<TRow, TRows>(3, in result, resultStride);
            row4 = Begin<TRow, TRows>(4, in result, resultStride);
            row5 = Begin<TRow, TRows>(5, in result, resultStride);
        }

        for (int k = 0; k < depth; k++)
        {
            TRow rightRow = TRow.Load(in right, rightAt);
            Add<TRow, TRows>(0, in left, leftAt, rightRow, ref row0);
            Add<TRow, TRows>(1, in left1, leftAt, rightRow, ref row1);
            Add<TRow, TRows>(2, in left2, leftAt, rightRow, ref row2);
            Add<TRow, TRows>(3, in left3, leftAt, rightRow, ref row3);
            Add<TRow, TRows>(4, in left4, leftAt, rightRow, ref row4);
            Add<TRow, TRows>(5, in left5, leftAt, rightRow, ref row5);
            leftAt += depthStride;
            rightAt += PanelWidth;
        }

        // What is added to at the end is read here and not before the loop, which would have to wait if it comes from memory.
        Finish<TRow, TRows>(0, row0, start, ref result, resultStride);
        Finish<TRow, TRows>(1, row1, start, ref result, resultStride);
        Finish<TRow, TRows>(2, row2, start, ref result, resultStride);
        Finish<TRow, TRows>(3, row3, start, ref result, resultStride);
        Finish<TRow, TRows>(4, row4, start, ref result, resultStride);
        Finish<TRow, TRows>(5, row5, start, ref result, resultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly float LeftRow<TRows>(int index, ref readonly float left, nint stride)
        where TRows : struct, ITileRows =>
        ref index < TRows.Count ? ref Elements.At(in left, index * stride) : ref left;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRow Begin<TRow, TRows>(int index, ref readonly float result, nint stride)
        where TRow : struct, IRow<TRow>
        where TRows : struct, ITileRows =>
        index < TRows.Count ? TRow.Load(in result, index * stride) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRow, TRows>(int index, ref readonly float left, nint at, TRow right, ref TRow row)
        where TRow : struct, IRow<TRow>
        where TRows : struct, ITileRows
    {
        if (index < TRows.Count)
        {
            row.Add(Elements.At(in left, at), right);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TRow, TRows>(int index, TRow row, TileStart start, ref float result, nint stride)
        where TRow : struct, IRow<TRow>
        where TRows : struct, ITileRows
    {
        if (index < TRows.Count)
        {
            if (start == TileStart.ZeroThenAdd)
            {
                row.Add(1, TRow.Load(in result, index * stride));
            }

            row.Store(ref result, index * stride);
        }
    }

    /// <summary>One row of a tile, held in registers.</summary>
    private interface IRow<TRow>
        where TRow : struct
    {
        public static abstract TRow Load(ref readonly float start, nint index);

        /// <summary>this += factor × right.</summary>
        public void Add(float factor, TRow right);

        public void Store(ref float start, nint index);
    }

    private struct FourVectors : IRow<FourVectors>
    {
        private TVector first, second, third, fourth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static FourVectors Load(ref readonly float start, nint index) => new()
        {
            first = TLanes.Load(in start, index),
            second = TLanes.Load(in start, index + TLanes.Count),
            third = TLanes.Load(in start, index + (2 * TLanes.Count)),
            fourth = TLanes.Load(in start, index + (3 * TLanes.Count)),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, FourVectors right)
        {
            TVector factors = TLanes.CreateFactor(factor);
            first = TLanes.MultiplyAddFactor(factors, right.first, first);
            second = TLanes.MultiplyAddFactor(factors, right.second, second);
            third = TLanes.MultiplyAddFactor(factors, right.third, third);
            fourth = TLanes.MultiplyAddFactor(factors, right.fourth, fourth);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ref float start, nint index)
        {
            TLanes.Store(first, ref start, index);
            TLanes.Store(second, ref start, index + TLanes.Count);
            TLanes.Store(third, ref start, index + (2 * TLanes.Count));
            TLanes.Store(fourth, ref start, index + (3 * TLanes.Count));
        }
    }

    private struct TwoVectors : IRow<TwoVectors>
    {
        private TVector first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TwoVectors Load(ref readonly float start, nint index) => new()
        {
            first = TLanes.Load(in start, index),
            second = TLanes.Load(in start, index + TLanes.Count),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, TwoVectors right)
        {
            TVector factors = TLanes.CreateFactor(factor);
            first = TLanes.MultiplyAddFactor(factors, right.first, first);
            second = TLanes.MultiplyAddFactor(factors, right.second, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ref float start, nint index)
        {
            TLanes.Store(first, ref start, index);
            TLanes.Store(second, ref start, index + TLanes.Count);
        }
    }

    private struct OneVector : IRow<OneVector>
    {
        private TVector only;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static OneVector Load(ref readonly float start, nint index) => new() { only = TLanes.Load(in start, index) };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, OneVector right) => only = TLanes.MultiplyAddFactor(TLanes.CreateFactor(factor), right.only, only);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ref float start, nint index) => TLanes.Store(only, ref start, index);
    }
}
