// The micro-kernel, the innermost loop of every tuned product (the name is BLIS's: F. G. Van Zee and R. A. van de
// Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS Functionality", ACM TOMS 41(3), 2015): a register tile of
// MR × NR elements of the result stays in registers over the inner dimension.
//
//                     NR = 2 vectors of a panel, one row per step
//                       first      second
//                    ┌──────────┬──────────┐
//         left[0, k] │   sums   │   sums   │
//         left[1, k] │          │          │  MR rows; every step adds left[r, k] · right[k, c] to each sum
//            …       │          │          │
//     left[MR−1, k]  │          │          │
//                    └──────────┴──────────┘
//
// The rest of a product brings its sides into the order in which this loop reads them: Packing, and MatMul's loops
// around the micro-kernel.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>The width of a register tile, and the micro-kernel for panels of floats.</summary>
internal static class MicroKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Columns of a register tile.</summary>
    public static int NR
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    /// <summary>
    /// Computes a tile from a panel of floats; see <see cref="MicroKernel{TLanes, TVector, TPanel}.Compute"/>.
    /// </summary>
    public static void Compute(
        int rows, ref readonly float left, Layout layout, ref readonly float right, int depth, ref readonly float start, nint startStride,
        ref float result, nint resultStride, ReadAhead ahead = ReadAhead.OwnPanel, nint otherPanel = 0) =>
        MicroKernel<TLanes, TVector, FloatPanel<TLanes, TVector>>.Compute(
            rows, in left, layout, in right, depth, in start, startStride, ref result, resultStride, ahead, otherPanel);
}

/// <summary>
/// result[r, c] = start[r, c] + Σ over k of left[r, k] · right[k, c], summed in the order of k whatever the tile's
/// height, so a row gets the same bits in every tile. TPanel determines how the right side is read.
/// </summary>
internal static class MicroKernel<TLanes, TVector, TPanel>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TPanel : IPanel<TVector>
{
    /// <summary>Computes a tile.</summary>
    /// <param name="rows">Rows of the tile, 1 to <see cref="ILanes{TVector}.MR"/>.</param>
    /// <param name="left">The left side from the tile's first row on, read in place.</param>
    /// <param name="layout">Its layout in memory.</param>
    /// <param name="right">The first row of the panel, beginning with the tile's first column.</param>
    /// <param name="depth">Length of the inner dimension, at least 1.</param>
    /// <param name="start">The initial values of the sums.</param>
    /// <param name="startStride">Distance between rows of the start; 0 if all rows begin alike.</param>
    /// <param name="result">The tile in the result; may be the start.</param>
    /// <param name="resultStride">Distance between rows of the result.</param>
    /// <param name="ahead">What to prefetch. A full tile of the widest vectors has enough to do with its own panel.</param>
    /// <param name="otherPanel">
    /// For <see cref="ReadAhead.OtherPanel"/>: bytes from the beginning of the right side to the first line to prefetch.
    /// </param>
    public static void Compute(
        int rows, ref readonly float left, Layout layout, ref readonly float right, int depth, ref readonly float start, nint startStride,
        ref float result, nint resultStride, ReadAhead ahead = ReadAhead.OwnPanel, nint otherPanel = 0)
    {
        switch (ahead)
        {
            case ReadAhead.OtherPanel:
                Compute<ReadsOtherPanel>(rows, in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case ReadAhead.NextRows:
                Compute<ReadsNextRows>(rows, in left, layout, in right, depth, in start, startStride, ref result, resultStride, 0);
                break;
            case ReadAhead.OwnPanel when rows < 12:
                Compute<ReadsOwnPanel>(rows, in left, layout, in right, depth, in start, startStride, ref result, resultStride, 0);
                break;
            default:
                Compute<ReadsNothing>(rows, in left, layout, in right, depth, in start, startStride, ref result, resultStride, 0);
                break;
        }
    }

    private static void Compute<TAhead>(
        int rows, ref readonly float left, Layout layout, ref readonly float right, int depth, ref readonly float start, nint startStride,
        ref float result, nint resultStride, nint otherPanel)
        where TAhead : struct, IReadAhead
    {
        switch (rows)
        {
            case 1:
                Tile<Rows1, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 2:
                Tile<Rows2, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 3:
                Tile<Rows3, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 4:
                Tile<Rows4, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 5:
                Tile<Rows5, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 6:
                Tile<Rows6, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 7:
                Tile<Rows7, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 8:
                Tile<Rows8, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 9:
                Tile<Rows9, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 10:
                Tile<Rows10, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            case 11:
                Tile<Rows11, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
            default:
                Tile<Rows12, TAhead>(in left, layout, in right, depth, in start, startStride, ref result, resultStride, otherPanel);
                break;
        }
    }

    /// <summary>The micro-kernel. The compiler leaves out the code of rows that the tile does not have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<TRows, TAhead>(
        ref readonly float left, Layout layout, ref readonly float right, int depth, ref readonly float start, nint startStride,
        ref float result, nint resultStride, nint otherPanel)
        where TRows : struct, ITileRows
        where TAhead : struct, IReadAhead
    {
        Row row0 = default, row1 = default, row2 = default, row3 = default, row4 = default, row5 = default;
        Row row6 = default, row7 = default, row8 = default, row9 = default, row10 = default, row11 = default;
        row0.Load<TRows>(0, in start, startStride);
        row1.Load<TRows>(1, in start, startStride);
        row2.Load<TRows>(2, in start, startStride);
        row3.Load<TRows>(3, in start, startStride);
        row4.Load<TRows>(4, in start, startStride);
        row5.Load<TRows>(5, in start, startStride);
        row6.Load<TRows>(6, in start, startStride);
        row7.Load<TRows>(7, in start, startStride);
        row8.Load<TRows>(8, in start, startStride);
        row9.Load<TRows>(9, in start, startStride);
        row10.Load<TRows>(10, in start, startStride);
        row11.Load<TRows>(11, in start, startStride);

        // The left side's elements are addressed relative to every third row: 12 references would leave too few
        // registers.
        nint rowStride = layout.RowStride, depthStride = layout.ColumnStride, twoRows = 2 * rowStride;
        ref readonly float left3 = ref TRows.Count > 3 ? ref Elements.At(in left, 3 * rowStride) : ref left;
        ref readonly float left6 = ref TRows.Count > 6 ? ref Elements.At(in left, 6 * rowStride) : ref left;
        ref readonly float left9 = ref TRows.Count > 9 ? ref Elements.At(in left, 9 * rowStride) : ref left;
        for (int rest = depth; ; rest--)
        {
            if (TAhead.What == ReadAhead.OwnPanel)
            {
                TPanel.ReadAhead(in right, streams: 1);
            }
            else if (TAhead.What == ReadAhead.OtherPanel)
            {
                Prefetch.At(in right, otherPanel);
                otherPanel -= (TPanel.RowLength * sizeof(float)) - Prefetch.Line; // one line per step, while right goes on by a row
            }
            else if (TAhead.What == ReadAhead.NextRows)
            {
                Prefetch.At(in left, (2 * TRows.Count * sizeof(float)) - 1); // the line in which the next tile's rows end
            }

            TVector first = TPanel.First(in right), second = TPanel.Second(in right);
            row0.Add<TRows>(0, in left, 0, first, second);
            row1.Add<TRows>(1, in left, rowStride, first, second);
            row2.Add<TRows>(2, in left, twoRows, first, second);
            row3.Add<TRows>(3, in left3, 0, first, second);
            row4.Add<TRows>(4, in left3, rowStride, first, second);
            row5.Add<TRows>(5, in left3, twoRows, first, second);
            row6.Add<TRows>(6, in left6, 0, first, second);
            row7.Add<TRows>(7, in left6, rowStride, first, second);
            row8.Add<TRows>(8, in left6, twoRows, first, second);
            row9.Add<TRows>(9, in left9, 0, first, second);
            row10.Add<TRows>(10, in left9, rowStride, first, second);
            row11.Add<TRows>(11, in left9, twoRows, first, second);
            if (rest == 1)
            {
                break;
            }

            left = ref Elements.At(in left, depthStride);
            left3 = ref Elements.At(in left3, depthStride);
            left6 = ref Elements.At(in left6, depthStride);
            left9 = ref Elements.At(in left9, depthStride);
            right = ref Elements.At(in right, TPanel.RowLength);
        }

        row0.Store<TRows>(0, ref result, resultStride);
        row1.Store<TRows>(1, ref result, resultStride);
        row2.Store<TRows>(2, ref result, resultStride);
        row3.Store<TRows>(3, ref result, resultStride);
        row4.Store<TRows>(4, ref result, resultStride);
        row5.Store<TRows>(5, ref result, resultStride);
        row6.Store<TRows>(6, ref result, resultStride);
        row7.Store<TRows>(7, ref result, resultStride);
        row8.Store<TRows>(8, ref result, resultStride);
        row9.Store<TRows>(9, ref result, resultStride);
        row10.Store<TRows>(10, ref result, resultStride);
        row11.Store<TRows>(11, ref result, resultStride);
    }

    /// <summary>
    /// One row of a tile: two vectors, held in registers. Methods that take a row's index do nothing if the tile has no
    /// such row.
    /// </summary>
    private struct Row
    {
        private TVector first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Row(ref readonly float start, nint offset)
        {
            first = TLanes.Load(in start, offset);
            second = TLanes.Load(in start, offset + TPanel.SecondColumn);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TRows>(int index, ref readonly float start, nint stride)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                this = new(in start, index * stride);
            }
        }

        /// <summary>this += left element × the row of the right side.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TRows>(int index, ref readonly float left, nint offset, TVector rightFirst, TVector rightSecond)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                Add(Elements.At(in left, offset), rightFirst, rightSecond);
            }
        }

        /// <summary>this += factor × the row of the right side.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, TVector rightFirst, TVector rightSecond)
        {
            TVector factors = TLanes.CreateFactor(factor);
            first = TLanes.MultiplyAddFactor(factors, rightFirst, first);
            second = TLanes.MultiplyAddFactor(factors, rightSecond, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store<TRows>(int index, ref float result, nint stride)
            where TRows : struct, ITileRows
        {
            if (index < TRows.Count)
            {
                Store(ref result, index * stride);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ref float result, nint offset)
        {
            TLanes.Store(first, ref result, offset);
            TLanes.Store(second, ref result, offset + TPanel.SecondColumn);
        }
    }
}
