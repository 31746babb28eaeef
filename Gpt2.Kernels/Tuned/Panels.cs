// Bringing the sides of a product into panels: the order in which a tile's loop reads them, all of it one after another.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>Where the elements of a matrix stand in memory.</summary>
/// <param name="Stride">From a row to the next, or where exchanged from a column to the next.</param>
/// <param name="Exchanged">Whether the elements of a column stand side by side, in place of those of a row.</param>
internal readonly record struct Layout(int Stride, bool Exchanged)
{
    /// <summary>The index of an element.</summary>
    public int At(int row, int column) => Exchanged ? (column * Stride) + row : (row * Stride) + column;
}

/// <summary>
/// A panel of the right side is <see cref="Width"/> columns: [depth, Width], beginning with the columns of k = 0. A panel of
/// the left side is as many rows as a tile is high: [depth, rows]. What is missing of a right panel is zeros.
/// </summary>
internal static class Panels
{
    /// <summary>Columns of a panel of the right side, for vectors of every width: two of the widest.</summary>
    public const int Width = 32;

    /// <summary>How many panels some columns take.</summary>
    public static int Count(int columns) => (columns + Width - 1) / Width;

    /// <summary>Packs the columns of one panel of the right side.</summary>
    /// <param name="right">The right side.</param>
    /// <param name="layout">Where its elements stand.</param>
    /// <param name="depth">Its rows that are taken, from <paramref name="firstRow"/> on.</param>
    /// <param name="firstRow">As said.</param>
    /// <param name="firstColumn">The panel's first column.</param>
    /// <param name="columns">How many there are, at most <see cref="Width"/>.</param>
    /// <param name="panel">[depth, Width]</param>
    public static void PackRight(
        ReadOnlySpan<float> right, Layout layout, int firstRow, int depth, int firstColumn, int columns, Span<float> panel)
    {
        if (columns < Width)
        {
            panel[..(depth * Width)].Clear();
        }

        ReadOnlySpan<float> source = right[layout.At(firstRow, firstColumn)..];
        if (layout.Exchanged)
        {
            Interleave(source, layout.Stride, columns, depth, 1, panel, Width);
        }
        else
        {
            Gather(source, layout.Stride, columns, depth, 1, panel, Width);
        }
    }

    /// <summary>Packs the rows of one panel of the left side.</summary>
    /// <param name="left">The left side.</param>
    /// <param name="layout">Where its elements stand.</param>
    /// <param name="firstRow">The panel's first row.</param>
    /// <param name="rows">How many there are: the height of a tile.</param>
    /// <param name="firstColumn">The first of the columns taken.</param>
    /// <param name="depth">How many columns are taken.</param>
    /// <param name="scale">What every element is multiplied by.</param>
    /// <param name="panel">[depth, rows]</param>
    public static void PackLeft(
        ReadOnlySpan<float> left, Layout layout, int firstRow, int rows, int firstColumn, int depth, float scale, Span<float> panel)
    {
        ReadOnlySpan<float> source = left[layout.At(firstRow, firstColumn)..];
        if (layout.Exchanged)
        {
            Gather(source, layout.Stride, rows, depth, scale, panel, rows);
        }
        else
        {
            Interleave(source, layout.Stride, rows, depth, scale, panel, rows);
        }
    }

    /// <summary>panel[k, i] = scale · source[k · stride + i]: pieces of rows one below the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(
        ReadOnlySpan<float> source, int stride, int count, int depth, float scale, Span<float> panel, int panelWidth)
    {
        // The spans' ends are checked once; the loops below stay inside.
        ref float from = ref MemoryMarshal.GetReference(source[..(((depth - 1) * stride) + count)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..(((depth - 1) * panelWidth) + count)]);
        Vector128<float> scales = Vector128.Create(scale);
        for (int k = 0; k < depth; k++)
        {
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                (Vector256.LoadUnsafe(ref from, (nuint)i) * scale).StoreUnsafe(ref to, (nuint)i);
            }

            for (; i <= count - Vector128<float>.Count; i += Vector128<float>.Count)
            {
                (Vector128.LoadUnsafe(ref from, (nuint)i) * scales).StoreUnsafe(ref to, (nuint)i);
            }

            for (; i < count; i++)
            {
                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i) * scale;
            }

            from = ref Unsafe.Add(ref from, stride);
            to = ref Unsafe.Add(ref to, panelWidth);
        }
    }

    /// <summary>panel[k, i] = scale · source[i · stride + k]: rows turned into columns, in blocks of four by four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(
        ReadOnlySpan<float> source, int stride, int count, int depth, float scale, Span<float> panel, int panelWidth)
    {
        ref float from = ref MemoryMarshal.GetReference(source[..(((count - 1) * stride) + depth)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..(((depth - 1) * panelWidth) + count)]);
        Vector128<float> scales = Vector128.Create(scale);
        int i = 0;
        for (; i <= count - 4; i += 4)
        {
            ref float row0 = ref Unsafe.Add(ref from, (nint)i * stride);
            ref float row1 = ref Unsafe.Add(ref row0, stride);
            ref float row2 = ref Unsafe.Add(ref row1, stride);
            ref float row3 = ref Unsafe.Add(ref row2, stride);
            ref float column = ref Unsafe.Add(ref to, i);
            int k = 0;
            for (; k <= depth - 4; k += 4)
            {
                Vector128<float> a = Vector128.LoadUnsafe(ref row0, (nuint)k) * scales, b = Vector128.LoadUnsafe(ref row1, (nuint)k) * scales;
                Vector128<float> c = Vector128.LoadUnsafe(ref row2, (nuint)k) * scales, d = Vector128.LoadUnsafe(ref row3, (nuint)k) * scales;
                Transpose(ref a, ref b, ref c, ref d);
                a.StoreUnsafe(ref column);
                b.StoreUnsafe(ref column, (nuint)panelWidth);
                c.StoreUnsafe(ref column, (nuint)(2 * panelWidth));
                d.StoreUnsafe(ref column, (nuint)(3 * panelWidth));
                column = ref Unsafe.Add(ref column, 4 * panelWidth);
            }

            for (; k < depth; k++)
            {
                column = Unsafe.Add(ref row0, k) * scale;
                Unsafe.Add(ref column, 1) = Unsafe.Add(ref row1, k) * scale;
                Unsafe.Add(ref column, 2) = Unsafe.Add(ref row2, k) * scale;
                Unsafe.Add(ref column, 3) = Unsafe.Add(ref row3, k) * scale;
                column = ref Unsafe.Add(ref column, panelWidth);
            }
        }

        for (; i < count; i++)
        {
            for (int k = 0; k < depth; k++)
            {
                Unsafe.Add(ref to, (k * panelWidth) + i) = Unsafe.Add(ref from, (i * stride) + k) * scale;
            }
        }
    }

    /// <summary>Exchanges rows and columns of the four by four block whose rows these are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        if (Sse.IsSupported)
        {
            Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d);        // a0 b0 a1 b1, c0 d0 c1 d1
            Vector128<float> abHigh = Sse.UnpackHigh(a, b), cdHigh = Sse.UnpackHigh(c, d);
            a = Sse.MoveLowToHigh(ab, cd);                                              // a0 b0 c0 d0
            b = Sse.MoveHighToLow(cd, ab);                                              // a1 b1 c1 d1
            c = Sse.MoveLowToHigh(abHigh, cdHigh);
            d = Sse.MoveHighToLow(cdHigh, abHigh);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<float> ac = AdvSimd.Arm64.ZipLow(a, c), bd = AdvSimd.Arm64.ZipLow(b, d);  // a0 c0 a1 c1, b0 d0 b1 d1
            Vector128<float> acHigh = AdvSimd.Arm64.ZipHigh(a, c), bdHigh = AdvSimd.Arm64.ZipHigh(b, d);
            a = AdvSimd.Arm64.ZipLow(ac, bd);
            b = AdvSimd.Arm64.ZipHigh(ac, bd);
            c = AdvSimd.Arm64.ZipLow(acHigh, bdHigh);
            d = AdvSimd.Arm64.ZipHigh(acHigh, bdHigh);
        }
        else
        {
            (a, b, c, d) = (
                Vector128.Create(a[0], b[0], c[0], d[0]), Vector128.Create(a[1], b[1], c[1], d[1]),
                Vector128.Create(a[2], b[2], c[2], d[2]), Vector128.Create(a[3], b[3], c[3], d[3]));
        }
    }
}
