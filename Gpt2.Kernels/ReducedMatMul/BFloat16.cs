// Panels of bfloat16, the upper half of a float: rounding, packing and reading a column.

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>
/// A panel has one line per input; integer i of a line holds column i in its lower half and column 16 + i in its upper.
/// </summary>
internal static class BFloat16
{
    /// <summary>Integers in a line.</summary>
    public const int LineLength = Panels.Width / 2;

    private const int BlockDepth = 64;
    private const uint Infinity = 0x7F80_0000;

    /// <summary>
    /// Rounds to the nearest bfloat16, halves to even, and returns its bits in the upper half; NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Round(Vector<float> values)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(values);
        Vector<uint> rounded = bits + Vector.Create(0x7FFFu) + (Vector.ShiftRightLogical(bits, 16) & Vector<uint>.One);
        Vector<uint> isNaN = Vector.GreaterThan(bits & Vector.Create(0x7FFF_FFFFu), Vector.Create(Infinity));
        Vector<uint> quiet = bits | Vector.Create(0x0040_0000u);
        return Vector.ConditionalSelect(isNaN, quiet, rounded) & Vector.Create(0xFFFF_0000u);
    }

    /// <summary>
    /// The bits of the smallest bfloat16 that is not below a finite number, which must be at least 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> RoundUp(Vector<float> values) =>
        Vector.AsVectorSingle((Vector.AsVectorUInt32(values) + Vector.Create(0xFFFFu)) & Vector.Create(0xFFFF_0000u));

    /// <summary>Column <paramref name="column"/> of a line.</summary>
    public static float At(ReadOnlySpan<uint> line, int column) =>
        BitConverter.UInt32BitsToSingle(column < LineLength ? line[column] << 16 : line[column - LineLength] & 0xFFFF_0000u);

    /// <summary>Writes a line from the values of all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PackLine(ReadOnlySpan<float> values, Span<uint> line)
    {
        for (int i = 0; i < LineLength; i += Vector<float>.Count)
        {
            Vector<uint> lower = Round(new Vector<float>(values[i..])), upper = Round(new Vector<float>(values[(i + LineLength)..]));
            (upper | Vector.ShiftRightLogical(lower, 16)).CopyTo(line[i..]);
        }
    }

    /// <summary>Packs a panel.</summary>
    public static void Pack(PanelSource source, Span<uint> panel)
    {
        Span<float> block = Scratch.Of(Scratch.Use.Kernel, BlockDepth * Panels.Width);
        for (int k = 0; k < source.Inner; k += BlockDepth)
        {
            int depth = Math.Min(BlockDepth, source.Inner - k);
            source.Copy(k, depth, block);
            PackBlock(block[..(depth * Panels.Width)], panel.Slice(k * LineLength, depth * LineLength));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackBlock(ReadOnlySpan<float> block, Span<uint> lines)
    {
        while (!lines.IsEmpty)
        {
            PackLine(block, lines);
            block = block[Panels.Width..];
            lines = lines[LineLength..];
        }
    }

    /// <summary>Reads a column of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyColumn(ReadOnlySpan<uint> panel, int column, Span<float> destination)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<uint, ushort>(panel);
        int at = column < LineLength ? 2 * column : (2 * (column - LineLength)) + 1;
        for (int k = 0; k < destination.Length; k++, at += Panels.Width)
        {
            destination[k] = BitConverter.UInt32BitsToSingle((uint)halves[at] << 16);
        }
    }
}
