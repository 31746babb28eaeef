// The innermost loop of attention's products: six rows by up to four vectors in registers. Unlike the tile of MatMul it reads
// its left side where it lies, since attention uses each element of it for the few columns of a head only, and a copy would
// cost as much as the product.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>The left side of a tile: the element of row r and depth k stands at r · RowStride + k · DepthStride.</summary>
internal readonly ref struct TileLeft(ReadOnlySpan<float> values, int rowStride, int depthStride)
{
    public readonly ReadOnlySpan<float> Values = values;
    public readonly int RowStride = rowStride;
    public readonly int DepthStride = depthStride;
}

/// <summary>
/// result[r, c] (+)= Σ over k of left[r, k] · right[k, c], summed in the order of k, so that a row gets the same bits in every tile.
/// </summary>
internal static class HeadTile<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>The most rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a panel of the right side, whose rows therefore are so far apart: the widest tile's.</summary>
    public static int PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MostVectors * TLanes.Count;
    }

    /// <summary>Vectors side by side: 24 of 32 registers hold the tile, or 12 of 16.</summary>
    private static int MostVectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.TileRows == 12 ? 4 : 2;
    }

    /// <summary>Computes tiles side by side over columns of one panel.</summary>
    /// <param name="rows">Rows, 1 to <see cref="Rows"/>.</param>
    /// <param name="left">[rows, depth]</param>
    /// <param name="panel">[depth, <see cref="PanelWidth"/>]</param>
    /// <param name="depth">How far the inner dimension runs, at least 1.</param>
    /// <param name="columns">How many columns of the panel are wanted.</param>
    /// <param name="room">How many columns of the result may be written, at least as many.</param>
    /// <param name="adds">Whether the result is added to.</param>
    /// <param name="result">The result from its first row and column on.</param>
    /// <param name="resultStride">From a row of the result to the next.</param>
    public static void Across(
        int rows, TileLeft left, ReadOnlySpan<float> panel, int depth, int columns, int room, bool adds, Span<float> result, int resultStride)
    {
        for (int column = 0, width; column < columns; column += width)
        {
            int vectors = VectorsFor(columns - column);
            width = vectors * TLanes.Count;
            if (column + width <= room)
            {
                Compute(vectors, rows, left, panel[column..], depth, adds, result[column..], resultStride);
                continue;
            }

            // The tile is wider than what there is: computed beside it and copied.
            int narrow = room - column;
            Span<float> tile = Scratch.Of(Scratch.Use.Tile, Rows * width);
            for (int row = 0; row < rows && adds; row++)
            {
                result.Slice((row * resultStride) + column, narrow).CopyTo(tile[(row * width)..]);
            }

            Compute(vectors, rows, left, panel[column..], depth, adds, tile, width);
            for (int row = 0; row < rows; row++)
            {
                tile.Slice(row * width, narrow).CopyTo(result[((row * resultStride) + column)..]);
            }
        }
    }

    private static int VectorsFor(int columns)
    {
        int vectors = (columns + TLanes.Count - 1) / TLanes.Count;
        return vectors > 2 && MostVectors == 4 ? (vectors > 3 ? 4 : 2) : Math.Min(vectors, 2);
    }

    private static void Compute(
        int vectors, int rows, TileLeft left, ReadOnlySpan<float> right, int depth, bool adds, Span<float> result, int resultStride)
    {
        // The spans' ends are checked once; the loops below stay inside.
        ref float leftFirst = ref MemoryMarshal.GetReference(
            left.Values[..(((rows - 1) * left.RowStride) + ((depth - 1) * left.DepthStride) + 1)]);
        ref float rightFirst = ref MemoryMarshal.GetReference(right[..(((depth - 1) * PanelWidth) + (vectors * TLanes.Count))]);
        ref float target = ref MemoryMarshal.GetReference(result[..(((rows - 1) * resultStride) + (vectors * TLanes.Count))]);
        switch (vectors)
        {
            case 4:
                Compute<FourVectors>(rows, ref leftFirst, left.RowStride, left.DepthStride, ref rightFirst, depth, adds, ref target, resultStride);
                break;
            case 2:
                Compute<TwoVectors>(rows, ref leftFirst, left.RowStride, left.DepthStride, ref rightFirst, depth, adds, ref target, resultStride);
                break;
            default:
                Compute<OneVector>(rows, ref leftFirst, left.RowStride, left.DepthStride, ref rightFirst, depth, adds, ref target, resultStride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute<TRow>(
        int rows, ref float left, nint rowStride, nint depthStride, ref float right, int depth, bool adds, ref float result, nint resultStride)
        where TRow : struct, IRow<TRow>
    {
        // In a tile of fewer rows the last row stands for the missing ones too: it is computed and written several times,
        // always with the same bits.
        nint last = rows - 1, r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last);
        ref float left1 = ref Unsafe.Add(ref left, r1 * rowStride), left2 = ref Unsafe.Add(ref left, r2 * rowStride);
        ref float left3 = ref Unsafe.Add(ref left, r3 * rowStride), left4 = ref Unsafe.Add(ref left, r4 * rowStride);
        ref float left5 = ref Unsafe.Add(ref left, last * rowStride);
        TRow row0 = default, row1 = default, row2 = default, row3 = default, row4 = default, row5 = default;
        nint at = 0;
        for (int k = 0; k < depth; k++)
        {
            TRow rightRow = TRow.Load(ref right, 0);
            row0.Add(Unsafe.Add(ref left, at), rightRow);
            row1.Add(Unsafe.Add(ref left1, at), rightRow);
            row2.Add(Unsafe.Add(ref left2, at), rightRow);
            row3.Add(Unsafe.Add(ref left3, at), rightRow);
            row4.Add(Unsafe.Add(ref left4, at), rightRow);
            row5.Add(Unsafe.Add(ref left5, at), rightRow);
            at += depthStride;
            right = ref Unsafe.Add(ref right, PanelWidth);
        }

        if (adds)
        {
            // Not before the loop, which would wait for it where it has to come from far.
            row0.Add(1, TRow.Load(ref result, 0));
            row1.Add(1, TRow.Load(ref result, r1 * resultStride));
            row2.Add(1, TRow.Load(ref result, r2 * resultStride));
            row3.Add(1, TRow.Load(ref result, r3 * resultStride));
            row4.Add(1, TRow.Load(ref result, r4 * resultStride));
            row5.Add(1, TRow.Load(ref result, last * resultStride));
        }

        row0.Store(ref result, 0);
        row1.Store(ref result, r1 * resultStride);
        row2.Store(ref result, r2 * resultStride);
        row3.Store(ref result, r3 * resultStride);
        row4.Store(ref result, r4 * resultStride);
        row5.Store(ref result, last * resultStride);
    }

    /// <summary>One row of a tile, held in registers.</summary>
    private interface IRow<TRow>
        where TRow : struct
    {
        public static abstract TRow Load(ref float start, nint index);

        /// <summary>this += factor × right.</summary>
        public void Add(float factor, TRow right);

        public void Store(ref float start, nint index);
    }

    private struct FourVectors : IRow<FourVectors>
    {
        private TVector first, second, third, fourth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static FourVectors Load(ref float start, nint index) => new()
        {
            first = TLanes.Load(ref start, index),
            second = TLanes.Load(ref start, index + TLanes.Count),
            third = TLanes.Load(ref start, index + (2 * TLanes.Count)),
            fourth = TLanes.Load(ref start, index + (3 * TLanes.Count)),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, FourVectors right)
        {
            TVector factors = TLanes.Create(factor);
            first = TLanes.MultiplyAdd(factors, right.first, first);
            second = TLanes.MultiplyAdd(factors, right.second, second);
            third = TLanes.MultiplyAdd(factors, right.third, third);
            fourth = TLanes.MultiplyAdd(factors, right.fourth, fourth);
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
        public static TwoVectors Load(ref float start, nint index) => new()
        {
            first = TLanes.Load(ref start, index),
            second = TLanes.Load(ref start, index + TLanes.Count),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, TwoVectors right)
        {
            TVector factors = TLanes.Create(factor);
            first = TLanes.MultiplyAdd(factors, right.first, first);
            second = TLanes.MultiplyAdd(factors, right.second, second);
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
        public static OneVector Load(ref float start, nint index) => new() { only = TLanes.Load(ref start, index) };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float factor, OneVector right) => only = TLanes.MultiplyAdd(TLanes.Create(factor), right.only, only);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ref float start, nint index) => TLanes.Store(only, ref start, index);
    }
}
