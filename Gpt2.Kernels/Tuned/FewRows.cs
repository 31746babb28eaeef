// A few rows by several panels at the same time. Such a product reads every weight once, so it is as fast as memory,
// and memory is fastest when it is read from several places: the processor reads ahead in each of them, but only to the
// end of a page, and while one place waits for its next page, the others go on.
//
//                 panel 0      panel 1      panel 2
//               ┌──────────┬─┬──────────┬─┬──────────┐
//     row 0     │   sums   │ │   sums   │ │   sums   │      rows · strips ≤ MR pairs of vectors in registers
//     row 1     │          │ │          │ │          │      (a strip is two vectors of a panel: all of it with 512 bits)
//               └──────────┴─┴──────────┴─┴──────────┘

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// result[r, c] = start[r, c] + Σ over k of left[r, k] · right[k, c], in the order of k, as in the micro-kernel, for the
/// columns of several panels. A panel is cut into strips of two vectors.
/// </summary>
internal static class FewRows<TLanes, TVector, TPanel>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TPanel : IPanel<TVector>
{
    private const int MaxRows = 4;

    /// <summary>Strips of a panel.</summary>
    private static int StripsOfPanel
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Panels.Width / MicroKernel<TLanes, TVector>.NR;
    }

    /// <summary>
    /// Panels of a tile of some rows; 0 if it has no room for all strips of one. Two panels of one strip are not faster than
    /// one with the micro-kernel.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PanelsOf(int rows)
    {
        int strips = Math.Min(Panels.MostTogether, TLanes.MR / rows);
        return rows > MaxRows || (strips < 3 && StripsOfPanel == 1) ? 0 : strips / StripsOfPanel;
    }

    /// <summary>Panels of a tile of some rows; 0 also if there are too few panels for the threads.</summary>
    public static int PanelsOf(int rows, int panels, int threads) =>
        threads == 1 || panels >= 2 * threads * PanelsOf(rows) ? PanelsOf(rows) : 0;

    /// <summary>
    /// Six panels of floats, two lines of each, are all that the processor keeps on their way by itself: it was slower with
    /// prefetching.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadsAhead(int rows) => PanelsOf(rows) * TPanel.RowLength < Panels.MostTogether * Panels.Width;

    /// <summary>Computes the columns of <see cref="PanelsOf(int)"/> panels.</summary>
    /// <param name="rows">Rows; <see cref="PanelsOf(int)"/> of them must not be 0.</param>
    /// <param name="left">The left side from the first row on, read in place.</param>
    /// <param name="layout">Its layout in memory.</param>
    /// <param name="right">The first row of the first panel.</param>
    /// <param name="panelLength">Distance between panels, in floats.</param>
    /// <param name="depth">Length of the inner dimension, at least 1.</param>
    /// <param name="start">The initial values of the sums, panel after panel.</param>
    /// <param name="startStride">Distance between rows of the start; 0 if all rows begin alike.</param>
    /// <param name="result">The columns in the result, panel after panel; may be the start.</param>
    /// <param name="resultStride">Distance between rows of the result.</param>
    public static void Compute(
        int rows, ref readonly float left, Layout layout, ref readonly float right, nint panelLength, int depth,
        ref readonly float start, nint startStride, ref float result, nint resultStride)
    {
        switch (rows)
        {
            case 1:
                Tile<Rows1>(in left, layout, in right, panelLength, depth, in start, startStride, ref result, resultStride);
                break;
            case 2:
                Tile<Rows2>(in left, layout, in right, panelLength, depth, in start, startStride, ref result, resultStride);
                break;
            case 3:
                Tile<Rows3>(in left, layout, in right, panelLength, depth, in start, startStride, ref result, resultStride);
                break;
            default:
                Tile<Rows4>(in left, layout, in right, panelLength, depth, in start, startStride, ref result, resultStride);
                break;
        }
    }

    /// <summary>The loop. The compiler leaves out the code of rows and strips that the tile does not have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile<TRows>(
        ref readonly float left, Layout layout, ref readonly float right, nint panelLength, int depth,
        ref readonly float start, nint startStride, ref float result, nint resultStride)
        where TRows : struct, ITileRows
    {
        Sums sums0 = default, sums1 = default, sums2 = default, sums3 = default, sums4 = default, sums5 = default;
        Sums sums6 = default, sums7 = default, sums8 = default, sums9 = default, sums10 = default, sums11 = default;
        sums0.Load<TRows>(0, in start, startStride);
        sums1.Load<TRows>(1, in start, startStride);
        sums2.Load<TRows>(2, in start, startStride);
        sums3.Load<TRows>(3, in start, startStride);
        sums4.Load<TRows>(4, in start, startStride);
        sums5.Load<TRows>(5, in start, startStride);
        sums6.Load<TRows>(6, in start, startStride);
        sums7.Load<TRows>(7, in start, startStride);
        sums8.Load<TRows>(8, in start, startStride);
        sums9.Load<TRows>(9, in start, startStride);
        sums10.Load<TRows>(10, in start, startStride);
        sums11.Load<TRows>(11, in start, startStride);

        // Rows and panels are addressed relative to the first and the fourth.
        nint rowStride = layout.RowStride, depthStride = layout.ColumnStride;
        ref readonly float left3 = ref TRows.Count > 3 ? ref Elements.At(in left, 3 * rowStride) : ref left;
        ref readonly float right3 = ref PanelsOf(TRows.Count) > 3 ? ref Elements.At(in right, 3 * panelLength) : ref right;
        for (int rest = depth; ; rest--)
        {
            TVector first = default, second = default;
            sums0.Add<TRows>(0, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums1.Add<TRows>(1, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums2.Add<TRows>(2, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums3.Add<TRows>(3, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums4.Add<TRows>(4, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums5.Add<TRows>(5, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums6.Add<TRows>(6, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums7.Add<TRows>(7, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums8.Add<TRows>(8, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums9.Add<TRows>(9, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums10.Add<TRows>(10, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            sums11.Add<TRows>(11, in left, in left3, rowStride, in right, in right3, panelLength, ref first, ref second);
            if (rest == 1)
            {
                break;
            }

            left = ref Elements.At(in left, depthStride);
            left3 = ref Elements.At(in left3, depthStride);
            right = ref Elements.At(in right, TPanel.RowLength);
            right3 = ref Elements.At(in right3, TPanel.RowLength);
        }

        sums0.Store<TRows>(0, ref result, resultStride);
        sums1.Store<TRows>(1, ref result, resultStride);
        sums2.Store<TRows>(2, ref result, resultStride);
        sums3.Store<TRows>(3, ref result, resultStride);
        sums4.Store<TRows>(4, ref result, resultStride);
        sums5.Store<TRows>(5, ref result, resultStride);
        sums6.Store<TRows>(6, ref result, resultStride);
        sums7.Store<TRows>(7, ref result, resultStride);
        sums8.Store<TRows>(8, ref result, resultStride);
        sums9.Store<TRows>(9, ref result, resultStride);
        sums10.Store<TRows>(10, ref result, resultStride);
        sums11.Store<TRows>(11, ref result, resultStride);
    }

    /// <summary>
    /// The sums of one row and one strip, held in registers: index = strip · rows + row. Methods do nothing if the tile has
    /// no such sums.
    /// </summary>
    private struct Sums
    {
        private TVector first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TRows>(int index, ref readonly float start, nint stride)
            where TRows : struct, ITileRows
        {
            if (Exists<TRows>(index))
            {
                nint at = Place<TRows>(index, stride);
                first = TLanes.Load(in start, at);
                second = TLanes.Load(in start, at + TPanel.SecondColumn);
            }
        }

        /// <summary>this += left element of the row × the strip's part of a row of its panel.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TRows>(
            int index, ref readonly float left, ref readonly float left3, nint rowStride,
            ref readonly float right, ref readonly float right3, nint panelLength, ref TVector rightFirst, ref TVector rightSecond)
            where TRows : struct, ITileRows
        {
            if (Exists<TRows>(index))
            {
                (int row, int strip) = (index % TRows.Count, index / TRows.Count);
                int panel = strip / StripsOfPanel, offset = strip % StripsOfPanel * TPanel.StripLength;
                if (row == 0)
                {
                    ref readonly float weights = ref Elements.At(in panel < 3 ? ref right : ref right3, (panel % 3 * panelLength) + offset);
                    if (ReadsAhead(TRows.Count) && strip % StripsOfPanel == 0)
                    {
                        TPanel.ReadAhead(in weights, PanelsOf(TRows.Count));
                    }

                    (rightFirst, rightSecond) = (TPanel.First(in weights), TPanel.Second(in weights));
                }

                TVector factor = TLanes.CreateFactor(Elements.At(in row < 3 ? ref left : ref left3, row % 3 * rowStride));
                first = TLanes.MultiplyAddFactor(factor, rightFirst, first);
                second = TLanes.MultiplyAddFactor(factor, rightSecond, second);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store<TRows>(int index, ref float result, nint stride)
            where TRows : struct, ITileRows
        {
            if (Exists<TRows>(index))
            {
                nint at = Place<TRows>(index, stride);
                TLanes.Store(first, ref result, at);
                TLanes.Store(second, ref result, at + TPanel.SecondColumn);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool Exists<TRows>(int index)
            where TRows : struct, ITileRows => index < TRows.Count * PanelsOf(TRows.Count) * StripsOfPanel;

        /// <summary>Where the sums are in the start or the result.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static nint Place<TRows>(int index, nint stride)
            where TRows : struct, ITileRows
        {
            (int row, int strip) = (index % TRows.Count, index / TRows.Count);
            return (row * stride) + (strip / StripsOfPanel * Panels.Width) + (strip % StripsOfPanel * TPanel.StripLength);
        }
    }
}
