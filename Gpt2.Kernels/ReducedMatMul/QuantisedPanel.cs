// Panels of small whole numbers with one scale per column and group of inputs: packing, and reading a column. What
// differs between eight bits and four is in Int8.cs and Int4.cs.

using System.Numerics;
using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>A type of weights that are whole numbers times a scale.</summary>
internal interface IQuantisedType
{
    /// <summary>Bits of a weight.</summary>
    public static abstract int Bits { get; }

    /// <summary>Number of consecutive inputs that share a scale.</summary>
    public static abstract int Group { get; }

    /// <summary>The smallest whole number; −<see cref="Offset"/> or more.</summary>
    public static abstract int Smallest { get; }

    /// <summary>The largest whole number.</summary>
    public static abstract int Largest { get; }

    /// <summary>Added to a whole number so that it is stored without a sign.</summary>
    public static abstract int Offset { get; }

    /// <summary>Scales of some columns, chosen so that rounding w / scale and clamping is off by at most 1/2.</summary>
    /// <param name="block">[depth, width of a panel], beginning with the first of these columns.</param>
    /// <param name="depth">Number of rows, at most <see cref="Group"/>.</param>
    /// <returns>bfloat16 numbers; 0 for a column whose weights are all 0.</returns>
    public static abstract Vector<float> Scales(ReadOnlySpan<float> block, int depth);
}

/// <summary>
/// A panel is a sequence of groups: one line of scales, then two lines of weights for each set of inputs that fits in
/// an integer.
/// </summary>
internal static class QuantisedPanel<TType>
    where TType : struct, IQuantisedType
{
    /// <summary>The largest magnitude of a weight; it keeps a scale times the largest whole number finite.</summary>
    public const float LargestWeight = 8.507059e37f; // 2^126

    /// <summary>Number of weights in a 32-bit integer.</summary>
    public static int PerInteger => 32 / TType.Bits;

    private static uint Mask => (1u << TType.Bits) - 1;

    /// <summary>Number of groups of some inputs.</summary>
    public static int Groups(int inner) => (inner + TType.Group - 1) / TType.Group;

    /// <summary>Number of pairs of lines in a group of <paramref name="depth"/> inputs.</summary>
    public static int LinePairs(int depth) => (depth + PerInteger - 1) / PerInteger;

    /// <summary>Number of integers in a group of <paramref name="depth"/> inputs.</summary>
    public static int GroupLength(int depth) => BFloat16.LineLength + (LinePairs(depth) * Panels.Width);

    /// <summary>Number of integers in a panel.</summary>
    public static int Length(int inner) =>
        checked((Groups(inner) * BFloat16.LineLength) + ((int)(((long)inner + PerInteger - 1) / PerInteger) * Panels.Width));

    /// <summary>Packs a panel.</summary>
    /// <exception cref="ArgumentException">A weight is NaN or too large.</exception>
    public static void Pack(PanelSource source, Span<uint> panel)
    {
        Span<float> block = Scratch.Of(Scratch.Use.Kernel, TType.Group * Panels.Width);
        for (int k = 0; k < source.Inner; k += TType.Group)
        {
            int depth = Math.Min(TType.Group, source.Inner - k);
            source.CopyBounded(k, depth, block, LargestWeight);
            PackGroup(block, depth, panel[..GroupLength(depth)]);
            panel = panel[GroupLength(depth)..];
        }
    }

    /// <summary>Reads a column of a panel.</summary>
    public static void CopyColumn(ReadOnlySpan<uint> panel, int column, Span<float> destination)
    {
        for (int k = 0; k < destination.Length; k += TType.Group)
        {
            int depth = Math.Min(TType.Group, destination.Length - k);
            CopyGroup(panel, column, destination.Slice(k, depth));
            panel = panel[GroupLength(depth)..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyGroup(ReadOnlySpan<uint> group, int column, Span<float> destination)
    {
        float scale = BFloat16.At(group, column);
        for (int k = 0, at = BFloat16.LineLength + column; k < destination.Length; k += PerInteger, at += Panels.Width)
        {
            uint even = group[at] & 0xFFFF, odd = group[at] >> 16;
            int end = Math.Min(k + PerInteger, destination.Length);
            for (int i = k; i < end; i += 2)
            {
                destination[i] = ((int)(even & Mask) - TType.Offset) * scale;
                if (i + 1 < end)
                {
                    destination[i + 1] = ((int)(odd & Mask) - TType.Offset) * scale;
                }

                even >>= TType.Bits;
                odd >>= TType.Bits;
            }
        }
    }

    /// <summary>
    /// Position of an input's weight in its integer: even inputs are in the lower half, odd inputs in the upper.
    /// </summary>
    private static int Shift(int input) => (input % 2 * 16) + (input / 2 * TType.Bits);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackGroup(ReadOnlySpan<float> block, int depth, Span<uint> group)
    {
        Span<float> scales = stackalloc float[Panels.Width];
        for (int column = 0; column < Panels.Width; column += Vector<float>.Count)
        {
            Vector<float> scale = TType.Scales(block[column..], depth);
            scale.CopyTo(scales[column..]);
            Vector<float> divisor = Vector.ConditionalSelect(Vector.Equals(scale, Vector<float>.Zero), Vector<float>.One, scale);
            Span<uint> lines = group[BFloat16.LineLength..];
            for (int k = 0; k < depth; k += PerInteger)
            {
                Integers(block[((k * Panels.Width) + column)..], Math.Min(PerInteger, depth - k), divisor).CopyTo(lines[column..]);
                lines = lines[Panels.Width..];
            }
        }

        BFloat16.PackLine(scales, group);
    }

    /// <summary>The integers of some columns, from as many rows as an integer holds; missing rows are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Integers(ReadOnlySpan<float> rows, int depth, Vector<float> divisor)
    {
        Vector<uint> integers = Vector<uint>.Zero;
        for (int i = 0; i < PerInteger; i++)
        {
            Vector<float> weight = i < depth ? new Vector<float>(rows[(i * Panels.Width)..]) : Vector<float>.Zero;
            Vector<float> smallest = Vector.Create((float)TType.Smallest), largest = Vector.Create((float)TType.Largest);
            Vector<float> whole = Vector.Clamp(Vector.Round(weight / divisor), smallest, largest);
            Vector<int> stored = Vector.ConvertToInt32(whole) + Vector.Create(TType.Offset);
            integers |= Vector.AsVectorUInt32(Vector.ShiftLeft(stored, Shift(i)));
        }

        return integers;
    }
}
