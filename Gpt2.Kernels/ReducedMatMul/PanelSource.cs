// Weights on their way into a panel of reduced precision: some inputs of its columns at a time, as floats.

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;
using static System.FormattableString;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>The columns of one panel.</summary>
/// <param name="weights">The weights.</param>
/// <param name="layout">How they lie.</param>
/// <param name="inner">Rows of the weights.</param>
/// <param name="firstColumn">The panel's first column.</param>
/// <param name="columns">How many there are, at most the width of a panel.</param>
internal readonly ref struct PanelSource(ReadOnlySpan<float> weights, Layout layout, int inner, int firstColumn, int columns)
{
    private readonly ReadOnlySpan<float> weights = weights;

    public int Inner => inner;

    /// <summary>Copies some rows, [depth, width of a panel], missing columns as zeros.</summary>
    public void Copy(int firstRow, int depth, Span<float> block) => Packing.Pack(weights, layout, firstRow, depth, firstColumn, columns, block);

    /// <summary>Copies some rows and throws, with its place, where a weight has no place on a scale.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="depth">How many.</param>
    /// <param name="block">[depth, width of a panel]</param>
    /// <param name="largest">The largest magnitude.</param>
    /// <exception cref="ArgumentException">A weight is larger, or no number.</exception>
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
            within &= Vector.LessThanOrEqual(Vector.Abs(weights), Vector.Create(largest)); // NaN is not
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
