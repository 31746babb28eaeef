// Bringing the right side of a product into panels: the order in which a tile's loop reads it, all of it one after another.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// A panel is <see cref="Width"/> columns of the right side: [depth, Width], beginning with the columns of k = 0. What is missing
/// of it is zeros. The left side needs none: a tile reads few elements of it at a time, and reads them where they lie.
/// </summary>
internal static class Panels
{
    /// <summary>Columns of a panel of the right side, for vectors of every width: two of the widest.</summary>
    public const int Width = 32;

    /// <summary>Columns of the source that are interleaved before the next four rows' turn.</summary>
    private const int InterleaveDepth = 256;

    /// <summary>How many panels some columns take.</summary>
    public static int Count(int columns) => (columns + Width - 1) / Width;

    /// <summary>Packs panels of the right side that lie side by side.</summary>
    /// <param name="right">The right side.</param>
    /// <param name="layout">Where its elements stand.</param>
    /// <param name="firstRow">The first of its rows that are taken.</param>
    /// <param name="depth">How many are taken.</param>
    /// <param name="firstColumn">The first panel's first column.</param>
    /// <param name="columns">How many columns there are to pack.</param>
    /// <param name="panels">[panel, depth, Width]; memory of its own.</param>
    public static void PackRight(
        ReadOnlySpan<float> right, Layout layout, int firstRow, int depth, int firstColumn, int columns, Span<float> panels)
    {
        int rest = columns % Width;
        if (rest > 0)
        {
            panels.Slice((columns - rest) * depth, Width * depth).Clear();
        }

        ReadOnlySpan<float> source = right[layout.At(firstRow, firstColumn)..];
        if (!layout.Exchanged)
        {
            GatherPanels(source, layout.Stride, columns, depth, panels);
            return;
        }

        for (int column = 0; column < columns; column += Width)
        {
            Interleave(
                source[(column * layout.Stride)..], layout.Stride, Math.Min(Width, columns - column), depth, 1, panels[(column * depth)..], Width);
        }
    }

    /// <summary>panel[k, i] = source[k · stride + i]: pieces of rows one below the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(
        ReadOnlySpan<float> source, int stride, int count, int depth, Span<float> panel, int panelWidth)
    {
        // The spans' ends are checked once; the loops below stay inside.
        ref float from = ref MemoryMarshal.GetReference(source[..(((depth - 1) * stride) + count)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..(((depth - 1) * panelWidth) + count)]);
        for (int k = 0; k < depth; k++)
        {
            int i = 0;
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                Vector256.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to, (nuint)i);
            }

            for (; i <= count - Vector128<float>.Count; i += Vector128<float>.Count)
            {
                Vector128.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to, (nuint)i);
            }

            for (; i < count; i++)
            {
                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
            }

            from = ref Unsafe.Add(ref from, stride);
            to = ref Unsafe.Add(ref to, panelWidth);
        }
    }

    /// <summary>The same for several panels, row after row of the source, so that it is read in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherPanels(ReadOnlySpan<float> source, int stride, int columns, int depth, Span<float> panels)
    {
        int whole = columns / Width;
        int panelLength = depth * Width;
        ref float from = ref MemoryMarshal.GetReference(source[..(((depth - 1) * stride) + columns)]);
        ref float to = ref MemoryMarshal.GetReference(panels[..(whole * panelLength)]);
        for (int k = 0; k < depth; k++)
        {
            ref float row = ref Unsafe.Add(ref from, k * stride);
            ref float place = ref Unsafe.Add(ref to, k * Width);
            for (int panel = 0; panel < whole; panel++)
            {
                Vector256<float> a = Vector256.LoadUnsafe(ref row), b = Vector256.LoadUnsafe(ref row, 8);
                Vector256<float> c = Vector256.LoadUnsafe(ref row, 16), d = Vector256.LoadUnsafe(ref row, 24);
                a.StoreUnsafe(ref place);
                b.StoreUnsafe(ref place, 8);
                c.StoreUnsafe(ref place, 16);
                d.StoreUnsafe(ref place, 24);
                row = ref Unsafe.Add(ref row, Width);
                place = ref Unsafe.Add(ref place, panelLength);
            }
        }

        if (columns % Width > 0)
        {
            Gather(source[(whole * Width)..], stride, columns % Width, depth, panels[(whole * panelLength)..], Width);
        }
    }

    /// <summary>panel[k, i] = scale · source[i · stride + k]: rows turned into columns, in blocks of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(
        ReadOnlySpan<float> source, int stride, int count, int depth, float scale, Span<float> panel, int panelWidth)
    {
        ref float from = ref MemoryMarshal.GetReference(source[..(((count - 1) * stride) + depth)]);
        ref float to = ref MemoryMarshal.GetReference(panel[..(((depth - 1) * panelWidth) + count)]);
        int fours = count - (count % 4);
        int blocks = depth - (depth % 4);
        for (int first = 0; first < blocks; first += InterleaveDepth)
        {
            // Four rows at a time for a while: few streams through memory, and the panel's piece stays in the first cache.
            int last = Math.Min(first + InterleaveDepth, blocks);
            for (int i = 0; i < fours; i += 4)
            {
                FourRowsToColumns(ref Unsafe.Add(ref from, i * stride), stride, first, last, scale, ref Unsafe.Add(ref to, i), panelWidth);
            }
        }

        // What is left over: the last columns of these rows, and all columns of the rows after them.
        for (int i = 0; i < count; i++)
        {
            for (int rest = i < fours ? blocks : 0; rest < depth; rest++)
            {
                Unsafe.Add(ref to, (rest * panelWidth) + i) = Unsafe.Add(ref from, (i * stride) + rest) * scale;
            }
        }
    }

    /// <summary>The columns from <paramref name="first"/> to <paramref name="last"/>, a multiple of four of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRowsToColumns(ref float from, nint stride, int first, int last, float scale, ref float to, nint panelWidth)
    {
        int k = first;
        for (; Avx512F.IsSupported && k <= last - 16; k += 16)
        {
            FourRows.By16(ref Unsafe.Add(ref from, k), stride, scale, ref Unsafe.Add(ref to, k * panelWidth), panelWidth);
        }

        for (; Avx.IsSupported && k <= last - 8; k += 8)
        {
            FourRows.By8(ref Unsafe.Add(ref from, k), stride, scale, ref Unsafe.Add(ref to, k * panelWidth), panelWidth);
        }

        for (; k < last; k += 4)
        {
            FourRows.By4(ref Unsafe.Add(ref from, k), stride, scale, ref Unsafe.Add(ref to, k * panelWidth), panelWidth);
        }
    }
}
