// Weights on their way into a panel of reduced precision: a few inputs of the panel's columns at a time, as floats.

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;
using static System.FormattableString;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>The columns of one panel.</summary>
/// <param name="weights">The weights.</param>
/// <param name="layout">Their layout in memory.</param>
/// <param name="inner">Rows of the weights.</param>
/// <param name="firstColumn">The panel's first column.</param>
/// <param name="columns">Number of columns, at most the width of a panel.</param>
internal readonly ref struct PanelSource(ReadOnlySpan<float> weights, Layout layout, int inner, int firstColumn, int columns)
{
    private readonly ReadOnlySpan<float> weights = weights;

    public int Inner => inner;

    /// <summary>Copies some rows into a block [depth, width of a panel], with zeros for missing columns.</summary>
    public void Copy(int firstRow, int depth, Span<float> block) => Packing.Pack(weights, layout, firstRow, depth, firstColumn, columns, block);

    /// <summary>Copies some rows, and throws if a weight is too large for any scale; the message says which.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="depth">Number of rows.</param>
    /// <param name="block">[depth, width of a panel]</param>
    /// <param name="largest">The largest magnitude allowed.</param>
    /// <exception cref="ArgumentException">A weight is larger, or is NaN.</exception>
    public void CopyBounded(int firstRow, int depth, Span<float> block, float largest)
    {
        block = block[..(depth * Panels.Width)];
        Copy(firstRow, depth, block);
        if (!AreWithin(block, largest))
        {
            Refuse(firstRow, block, largest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreWithin(ReadOnlySpan<float> block, float largest)
    {
        Vector<int> within = Vector<int>.AllBitsSet;
        foreach (Vector<float> weights in MemoryMarshal.Cast<float, Vector<float>>(block))
        {
            within &= Vector.LessThanOrEqual(Vector.Abs(weights), Vector.Create(largest)); // false for NaN
        }

        return within == Vector<int>.AllBitsSet;
    }

    private void Refuse(int firstRow, ReadOnlySpan<float> block, float largest)
    {
        for (int i = 0; i < block.Length; i++)
        {
            if (!(MathF.Abs(block[i]) <= largest))
            {
                int row = firstRow + (i / Panels.Width), column = firstColumn + (i % Panels.Width);
                throw new ArgumentException(Invariant(
                    $"the weight of input {row} and output {column} is {block[i]:R}, expected a number of at most {largest:R} in magnitude"));
            }
        }
    }
}
