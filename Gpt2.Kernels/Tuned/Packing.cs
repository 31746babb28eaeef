// Packing: copying the right side of a product into panels, in the order in which a micro-kernel reads it.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>Packs panels; see <see cref="Panels"/>.</summary>
internal static class Packing
{
    private const int Width = Panels.Width;

    /// <summary>Columns of the source that are transposed before the next four rows.</summary>
    private const int TransposedAtOnce = 256;

    /// <summary>Packs adjacent panels of the right side.</summary>
    /// <param name="right">The right side.</param>
    /// <param name="layout">Its layout in memory.</param>
    /// <param name="firstRow">The first row to pack.</param>
    /// <param name="depth">Number of rows to pack.</param>
    /// <param name="firstColumn">The first panel's first column.</param>
    /// <param name="columns">Number of columns to pack.</param>
    /// <param name="panels">[panel, depth, Width]; must not overlap the right side.</param>
    public static void Pack(
        ReadOnlySpan<float> right, Layout layout, int firstRow, int depth, int firstColumn, int columns, Span<float> panels)
    {
        int rest = columns % Width;
        if (rest > 0)
        {
            panels.Slice((columns - rest) * depth, Width * depth).Clear();
        }

        ReadOnlySpan<float> source = right[layout.At(firstRow, firstColumn)..];
        if (layout.HasContiguousRows)
        {
            CopyPanels(source, layout.RowStride, columns, depth, panels);
            return;
        }

        for (int column = 0; column < columns; column += Width)
        {
            Transpose(
                source[(column * layout.ColumnStride)..], layout.ColumnStride, Math.Min(Width, columns - column), depth, 1,
                panels[(column * depth)..], Width);
        }
    }

    /// <summary>Packs adjacent panels row by row of the source, so that it is read in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanels(ReadOnlySpan<float> source, int stride, int columns, int depth, Span<float> panels)
    {
        // The ends of the spans are checked once; the loops below stay within them.
        int whole = columns / Width * Width, panelLength = depth * Width;
        ref readonly float from = ref MemoryMarshal.GetReference(source[..(((depth - 1) * stride) + columns)]);
        ref float to = ref MemoryMarshal.GetReference(panels[..(whole * depth)]);
        for (int k = 0; k < depth; k++)
        {
            nint row = (nint)k * stride, place = k * Width;
            for (int column = 0; column < whole; column += Width)
            {
                nuint at = (nuint)(row + column), target = (nuint)place;
                Vector256<float> a = Vector256.LoadUnsafe(in from, at), b = Vector256.LoadUnsafe(in from, at + 8);
                Vector256<float> c = Vector256.LoadUnsafe(in from, at + 16), d = Vector256.LoadUnsafe(in from, at + 24);
                a.StoreUnsafe(ref to, target);
                b.StoreUnsafe(ref to, target + 8);
                c.StoreUnsafe(ref to, target + 16);
                d.StoreUnsafe(ref to, target + 24);
                place += panelLength;
            }
        }

        if (whole < columns)
        {
            CopyRows(source[whole..], stride, columns - whole, depth, panels[(whole * depth)..]);
        }
    }

    /// <summary>
    /// Packs a row of a left side that is stored transposed: as pieces of <paramref name="width"/> floats, a distance
    /// apart. The last piece keeps what it has after the end of the row.
    /// </summary>
    public static void PackRow(ReadOnlySpan<float> row, int width, Span<float> pieces, int distance)
    {
        for (int place = 0; !row.IsEmpty; place += distance)
        {
            int count = Math.Min(width, row.Length);
            row[..count].CopyTo(pieces[place..]);
            row = row[count..];
        }
    }

    /// <summary>panel[k, i] = source[k · stride + i] for fewer columns than a panel has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyRows(ReadOnlySpan<float> source, int stride, int count, int depth, Span<float> panel)
    {
        ref readonly float from = ref MemoryMarshal.GetReference(source[..(((depth - 1) * stride) + count)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..(((depth - 1) * Width) + count)]);
        for (int k = 0; k < depth; k++)
        {
            nint row = (nint)k * stride, place = k * Width;
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256.LoadUnsafe(in from, (nuint)(row + i)).StoreUnsafe(ref to, (nuint)(place + i));
            }

            for (; i <= count - Vector128<float>.Count; i += Vector128<float>.Count)
            {
                Vector128.LoadUnsafe(in from, (nuint)(row + i)).StoreUnsafe(ref to, (nuint)(place + i));
            }

            for (; i < count; i++)
            {
                Unsafe.Add(ref to, place + i) = Elements.At(in from, row + i);
            }
        }
    }

    /// <summary>panel[k, i] = scale · source[i · stride + k]: transposed, in blocks of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(
        ReadOnlySpan<float> source, int stride, int count, int depth, float scale, Span<float> panel, int panelWidth)
    {
        ref readonly float from = ref MemoryMarshal.GetReference(source[..(((count - 1) * stride) + depth)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..(((depth - 1) * panelWidth) + count)]);
        int fours = count - (count % 4);
        int blocks = depth - (depth % 4);
        for (int first = 0; first < blocks; first += TransposedAtOnce)
        {
            // Four rows at a time over a limited range: few streams through memory, and the panels' part stays in the
            // first-level cache.
            int last = Math.Min(first + TransposedAtOnce, blocks);
            for (int i = 0; i < fours; i += 4)
            {
                TransposeFour(in Elements.At(in from, i * stride), stride, first, last, scale, ref Unsafe.Add(ref to, i), panelWidth);
            }
        }

        // The remainder: the last columns of these rows, and all columns of the rows after them.
        for (int i = 0; i < count; i++)
        {
            for (int rest = i < fours ? blocks : 0; rest < depth; rest++)
            {
                Unsafe.Add(ref to, (rest * panelWidth) + i) = Elements.At(in from, (i * stride) + rest) * scale;
            }
        }
    }

    /// <summary>
    /// The columns from <paramref name="first"/> to <paramref name="last"/>; their number is a multiple of four.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeFour(ref readonly float from, nint stride, int first, int last, float scale, ref float to, nint panelWidth)
    {
        int k = first;
        for (; Avx512F.IsSupported && k <= last - 16; k += 16)
        {
            FourRows.By16(in Elements.At(in from, k), stride, scale, ref Unsafe.Add(ref to, k * panelWidth), panelWidth);
        }

        for (; Avx.IsSupported && k <= last - 8; k += 8)
        {
            FourRows.By8(in Elements.At(in from, k), stride, scale, ref Unsafe.Add(ref to, k * panelWidth), panelWidth);
        }

        for (; k < last; k += 4)
        {
            FourRows.By4(in Elements.At(in from, k), stride, scale, ref Unsafe.Add(ref to, k * panelWidth), panelWidth);
        }
    }
}
