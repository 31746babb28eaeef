// The innermost loop of every tuned product: a tile of some rows by two vectors stays in registers while the inner
// dimension runs. Everything else about a product is bringing its two sides into the order in which this loop reads them.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// Tiles of 12, 8, 6, 4, 2 or 1 rows by two vectors: result[r, c] = start[r, c] + Σ over k of left[k, r] · right[k, c], summed in
/// the order of k whatever the tile's height, so that a row gets the same bits in every tile.
/// </summary>
internal static class Tile<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Columns of a tile.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    /// <summary>The tallest tile of at most that many rows.</summary>
    public static int Height(int rows) =>
        rows >= TLanes.TileRows ? TLanes.TileRows : rows >= 8 ? 8 : rows >= 6 ? 6 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;

    /// <summary>Computes a tile from a panel of floats; see <see cref="Tile{TLanes, TVector, TPanel}.Compute"/>.</summary>
    public static void Compute(
        int rows, ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride) =>
        Tile<TLanes, TVector, FloatPanel<TLanes, TVector>>.Compute(
            rows, ref left, layout, ref right, depth, ref start, startStride, ref result, resultStride);
}

/// <summary>The same for every kind of panel: TPanel says how the right side is read.</summary>
internal static class Tile<TLanes, TVector, TPanel>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TPanel : IPanel<TVector>
{
    /// <summary>Computes a tile.</summary>
    /// <param name="rows">One of the heights.</param>
    /// <param name="left">The left side from the tile's first row on, read where it lies.</param>
    /// <param name="layout">Where its elements stand.</param>
    /// <param name="right">The first row of the panel, from the tile's columns on.</param>
    /// <param name="depth">How far the inner dimension runs.</param>
    /// <param name="start">What is added to, rows <paramref name="startStride"/> apart (0: the same for all).</param>
    /// <param name="startStride">As said.</param>
    /// <param name="result">The tile, rows <paramref name="resultStride"/> apart; may be the start.</param>
    /// <param name="resultStride">As said.</param>
    public static void Compute(
        int rows, ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride)
    {
        switch (rows)
        {
            case 12:
                Rows12(ref left, layout, ref right, depth, ref start, startStride, ref result, resultStride);
                break;
            case 8:
                Rows8(ref left, layout, ref right, depth, ref start, startStride, ref result, resultStride);
                break;
            case 6:
                Rows6(ref left, layout, ref right, depth, ref start, startStride, ref result, resultStride);
                break;
            case 4:
                Rows4(ref left, layout, ref right, depth, ref start, startStride, ref result, resultStride);
                break;
            case 2:
                Rows2(ref left, layout, ref right, depth, ref start, startStride, ref result, resultStride);
                break;
            default:
                Rows1(ref left, layout, ref right, depth, ref start, ref result);
                break;
        }
    }

    /// <summary>
    /// Computes two tiles of one row side by side: a sum waits for the one before it, so that with narrow vectors one tile alone
    /// would leave the processor waiting too.
    /// </summary>
    /// <param name="left">The row, read where it lies.</param>
    /// <param name="layout">Where its elements stand.</param>
    /// <param name="right">The first row of the panel, from the first tile's columns on.</param>
    /// <param name="next">From the first tile to the second, in the panel, start and result.</param>
    /// <param name="depth">How far the inner dimension runs.</param>
    /// <param name="start">What is added to.</param>
    /// <param name="result">The tiles; may be the start.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ComputeTwo(
        ref float left, Layout layout, ref float right, nint next, int depth, ref float start, ref float result)
    {
        nint depthStride = layout.DepthStride;
        Row row = new(ref start, 0), rowNext = new(ref start, next);
        for (int k = 0; k < depth; k++)
        {
            TPanel.ReadAhead(ref right);
            ref float rightNext = ref Unsafe.Add(ref right, next);
            row.Add(left, TPanel.First(ref right), TPanel.Second(ref right));
            rowNext.Add(left, TPanel.First(ref rightNext), TPanel.Second(ref rightNext));
            left = ref Unsafe.Add(ref left, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row.Store(ref result, 0);
        rowNext.Store(ref result, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows12(
        ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride)
    {
        Row row0 = new(ref start, 0), row1 = new(ref start, startStride), row2 = new(ref start, 2 * startStride);
        Row row3 = new(ref start, 3 * startStride), row4 = new(ref start, 4 * startStride), row5 = new(ref start, 5 * startStride);
        Row row6 = new(ref start, 6 * startStride), row7 = new(ref start, 7 * startStride), row8 = new(ref start, 8 * startStride);
        Row row9 = new(ref start, 9 * startStride), row10 = new(ref start, 10 * startStride), row11 = new(ref start, 11 * startStride);
        nint rowStride = layout.RowStride, depthStride = layout.DepthStride, twoRows = 2 * rowStride;
        ref float left3 = ref Unsafe.Add(ref left, 3 * rowStride);
        ref float left6 = ref Unsafe.Add(ref left, 6 * rowStride);
        ref float left9 = ref Unsafe.Add(ref left, 9 * rowStride);
        for (int k = 0; k < depth; k++)
        {
            TVector first = TPanel.First(ref right), second = TPanel.Second(ref right);
            row0.Add(left, first, second);
            row1.Add(Unsafe.Add(ref left, rowStride), first, second);
            row2.Add(Unsafe.Add(ref left, twoRows), first, second);
            row3.Add(left3, first, second);
            row4.Add(Unsafe.Add(ref left3, rowStride), first, second);
            row5.Add(Unsafe.Add(ref left3, twoRows), first, second);
            row6.Add(left6, first, second);
            row7.Add(Unsafe.Add(ref left6, rowStride), first, second);
            row8.Add(Unsafe.Add(ref left6, twoRows), first, second);
            row9.Add(left9, first, second);
            row10.Add(Unsafe.Add(ref left9, rowStride), first, second);
            row11.Add(Unsafe.Add(ref left9, twoRows), first, second);
            left = ref Unsafe.Add(ref left, depthStride);
            left3 = ref Unsafe.Add(ref left3, depthStride);
            left6 = ref Unsafe.Add(ref left6, depthStride);
            left9 = ref Unsafe.Add(ref left9, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row0.Store(ref result, 0);
        row1.Store(ref result, resultStride);
        row2.Store(ref result, 2 * resultStride);
        row3.Store(ref result, 3 * resultStride);
        row4.Store(ref result, 4 * resultStride);
        row5.Store(ref result, 5 * resultStride);
        row6.Store(ref result, 6 * resultStride);
        row7.Store(ref result, 7 * resultStride);
        row8.Store(ref result, 8 * resultStride);
        row9.Store(ref result, 9 * resultStride);
        row10.Store(ref result, 10 * resultStride);
        row11.Store(ref result, 11 * resultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows8(
        ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride)
    {
        Row row0 = new(ref start, 0), row1 = new(ref start, startStride), row2 = new(ref start, 2 * startStride);
        Row row3 = new(ref start, 3 * startStride), row4 = new(ref start, 4 * startStride), row5 = new(ref start, 5 * startStride);
        Row row6 = new(ref start, 6 * startStride), row7 = new(ref start, 7 * startStride);
        nint rowStride = layout.RowStride, depthStride = layout.DepthStride, twoRows = 2 * rowStride;
        ref float left3 = ref Unsafe.Add(ref left, 3 * rowStride);
        ref float left6 = ref Unsafe.Add(ref left, 6 * rowStride);
        for (int k = 0; k < depth; k++)
        {
            TPanel.ReadAhead(ref right);
            TVector first = TPanel.First(ref right), second = TPanel.Second(ref right);
            row0.Add(left, first, second);
            row1.Add(Unsafe.Add(ref left, rowStride), first, second);
            row2.Add(Unsafe.Add(ref left, twoRows), first, second);
            row3.Add(left3, first, second);
            row4.Add(Unsafe.Add(ref left3, rowStride), first, second);
            row5.Add(Unsafe.Add(ref left3, twoRows), first, second);
            row6.Add(left6, first, second);
            row7.Add(Unsafe.Add(ref left6, rowStride), first, second);
            left = ref Unsafe.Add(ref left, depthStride);
            left3 = ref Unsafe.Add(ref left3, depthStride);
            left6 = ref Unsafe.Add(ref left6, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row0.Store(ref result, 0);
        row1.Store(ref result, resultStride);
        row2.Store(ref result, 2 * resultStride);
        row3.Store(ref result, 3 * resultStride);
        row4.Store(ref result, 4 * resultStride);
        row5.Store(ref result, 5 * resultStride);
        row6.Store(ref result, 6 * resultStride);
        row7.Store(ref result, 7 * resultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows6(
        ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride)
    {
        Row row0 = new(ref start, 0), row1 = new(ref start, startStride), row2 = new(ref start, 2 * startStride);
        Row row3 = new(ref start, 3 * startStride), row4 = new(ref start, 4 * startStride), row5 = new(ref start, 5 * startStride);
        nint rowStride = layout.RowStride, depthStride = layout.DepthStride, twoRows = 2 * rowStride;
        ref float left3 = ref Unsafe.Add(ref left, 3 * rowStride);
        for (int k = 0; k < depth; k++)
        {
            TPanel.ReadAhead(ref right);
            TVector first = TPanel.First(ref right), second = TPanel.Second(ref right);
            row0.Add(left, first, second);
            row1.Add(Unsafe.Add(ref left, rowStride), first, second);
            row2.Add(Unsafe.Add(ref left, twoRows), first, second);
            row3.Add(left3, first, second);
            row4.Add(Unsafe.Add(ref left3, rowStride), first, second);
            row5.Add(Unsafe.Add(ref left3, twoRows), first, second);
            left = ref Unsafe.Add(ref left, depthStride);
            left3 = ref Unsafe.Add(ref left3, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row0.Store(ref result, 0);
        row1.Store(ref result, resultStride);
        row2.Store(ref result, 2 * resultStride);
        row3.Store(ref result, 3 * resultStride);
        row4.Store(ref result, 4 * resultStride);
        row5.Store(ref result, 5 * resultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows4(
        ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride)
    {
        Row row0 = new(ref start, 0), row1 = new(ref start, startStride);
        Row row2 = new(ref start, 2 * startStride), row3 = new(ref start, 3 * startStride);
        nint rowStride = layout.RowStride, depthStride = layout.DepthStride, twoRows = 2 * rowStride;
        ref float left3 = ref Unsafe.Add(ref left, 3 * rowStride);
        for (int k = 0; k < depth; k++)
        {
            TPanel.ReadAhead(ref right);
            TVector first = TPanel.First(ref right), second = TPanel.Second(ref right);
            row0.Add(left, first, second);
            row1.Add(Unsafe.Add(ref left, rowStride), first, second);
            row2.Add(Unsafe.Add(ref left, twoRows), first, second);
            row3.Add(left3, first, second);
            left = ref Unsafe.Add(ref left, depthStride);
            left3 = ref Unsafe.Add(ref left3, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row0.Store(ref result, 0);
        row1.Store(ref result, resultStride);
        row2.Store(ref result, 2 * resultStride);
        row3.Store(ref result, 3 * resultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows2(
        ref float left, Layout layout, ref float right, int depth, ref float start, nint startStride, ref float result, nint resultStride)
    {
        Row row0 = new(ref start, 0), row1 = new(ref start, startStride);
        nint rowStride = layout.RowStride, depthStride = layout.DepthStride;
        for (int k = 0; k < depth; k++)
        {
            TPanel.ReadAhead(ref right);
            TVector first = TPanel.First(ref right), second = TPanel.Second(ref right);
            row0.Add(left, first, second);
            row1.Add(Unsafe.Add(ref left, rowStride), first, second);
            left = ref Unsafe.Add(ref left, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row0.Store(ref result, 0);
        row1.Store(ref result, resultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows1(ref float left, Layout layout, ref float right, int depth, ref float start, ref float result)
    {
        Row row0 = new(ref start, 0);
        nint depthStride = layout.DepthStride;
        for (int k = 0; k < depth; k++)
        {
            TPanel.ReadAhead(ref right);
            row0.Add(left, TPanel.First(ref right), TPanel.Second(ref right));
            left = ref Unsafe.Add(ref left, depthStride);
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
        }

        row0.Store(ref result, 0);
    }

    /// <summary>
    /// One row by the tiles of four panels at a time: memory gives more when it is read at several places, and one row is all
    /// that the panels are read for.
    /// </summary>
    /// <param name="left">[depth]</param>
    /// <param name="right">The first of the four tiles' panels.</param>
    /// <param name="panelLength">From a panel to the next.</param>
    /// <param name="depth">How far the inner dimension runs.</param>
    /// <param name="start">What is added to, the tiles' columns a panel's width apart.</param>
    /// <param name="result">As the start.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void OneRowOfFour(ref float left, ref float right, nint panelLength, int depth, ref float start, ref float result)
    {
        Row panel0 = new(ref start, 0), panel1 = new(ref start, Panels.Width);
        Row panel2 = new(ref start, 2 * Panels.Width), panel3 = new(ref start, 3 * Panels.Width);
        ref float right2 = ref Unsafe.Add(ref right, 2 * panelLength);
        for (int k = 0; k < depth; k++)
        {
            float factor = Unsafe.Add(ref left, k);
            ref float right1 = ref Unsafe.Add(ref right, panelLength), right3 = ref Unsafe.Add(ref right2, panelLength);
            panel0.Add(factor, TPanel.First(ref right), TPanel.Second(ref right));
            panel1.Add(factor, TPanel.First(ref right1), TPanel.Second(ref right1));
            panel2.Add(factor, TPanel.First(ref right2), TPanel.Second(ref right2));
            panel3.Add(factor, TPanel.First(ref right3), TPanel.Second(ref right3));
            right = ref Unsafe.Add(ref right, TPanel.RowLength);
            right2 = ref Unsafe.Add(ref right2, TPanel.RowLength);
        }

        panel0.Store(ref result, 0);
        panel1.Store(ref result, Panels.Width);
        panel2.Store(ref result, 2 * Panels.Width);
        panel3.Store(ref result, 3 * Panels.Width);
    }

    /// <summary>One row of a tile: two vectors, held in registers.</summary>
    private struct Row
    {
        private TVector first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Row(ref float start, nint offset)
        {
            first = TLanes.Load(ref start, offset);
            second = TLanes.Load(ref start, offset + TPanel.SecondColumn);
        }

        /// <summary>this += factor × the row of the right side.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, TVector rightFirst, TVector rightSecond)
        {
            TVector factors = TLanes.Create(factor);
            first = TLanes.MultiplyAdd(factors, rightFirst, first);
            second = TLanes.MultiplyAdd(factors, rightSecond, second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ref float result, nint offset)
        {
            TLanes.Store(first, ref result, offset);
            TLanes.Store(second, ref result, offset + TPanel.SecondColumn);
        }
    }
}
