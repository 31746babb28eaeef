// The backward pass of scaling rows by a gain and shifting them by a bias: several rows at a time, so that their sums
// stay in registers.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>Each part is a block of rows with its own sums.</summary>
internal ref struct ScalingBackward<TLanes, TVector> : IJob
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public const int RowsPerBlock = 32;

    private const int RowsAtOnce = 4;

    /// <summary>[Rows, columns]</summary>
    public ReadOnlySpan<float> Input, OutputGradient;

    /// <summary>[columns]</summary>
    public ReadOnlySpan<float> Gain;

    public int Rows;

    /// <summary>[Rows, columns]; receives OutputGradient × Gain.</summary>
    public Span<float> InputGradient;

    /// <summary>
    /// [blocks, 2 · columns]; receives Σ OutputGradient × Input and Σ OutputGradient over the rows of each block.
    /// </summary>
    public Span<float> Sums;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int part)
    {
        int columns = Gain.Length;
        Span<float> sums = Sums.Slice(part * 2 * columns, 2 * columns);
        sums.Clear();
        int last = Math.Min((part + 1) * RowsPerBlock, Rows);
        for (int row = part * RowsPerBlock; row < last; row += RowsAtOnce)
        {
            int start = row * columns, length = Math.Min(RowsAtOnce, last - row) * columns;
            if (columns < TLanes.Count)
            {
                Short(Input.Slice(start, length), OutputGradient.Slice(start, length), sums, InputGradient.Slice(start, length));
                continue;
            }

            Some(
                in MemoryMarshal.GetReference(Input.Slice(start, length)), in MemoryMarshal.GetReference(Gain),
                in MemoryMarshal.GetReference(OutputGradient.Slice(start, length)), length, columns,
                ref MemoryMarshal.GetReference(InputGradient.Slice(start, length)), ref MemoryMarshal.GetReference(sums));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Some(
        ref readonly float input, ref readonly float gain, ref readonly float gradient, int length, int columns, ref float result, ref float sums)
    {
        // The last vector overlaps the one before it: its sums are loaded before the others are stored, and stored
        // after them.
        int last = columns - TLanes.Count;
        TVector lastGain = TLanes.Load(in sums, last), lastBias = TLanes.Load(in sums, columns + last);
        Column(in input, in gain, in gradient, last, length, columns, ref result, ref lastGain, ref lastBias);
        for (int i = 0; i < last; i += TLanes.Count)
        {
            TVector gainSum = TLanes.Load(in sums, i), biasSum = TLanes.Load(in sums, columns + i);
            Column(in input, in gain, in gradient, i, length, columns, ref result, ref gainSum, ref biasSum);
            TLanes.Store(gainSum, ref sums, i);
            TLanes.Store(biasSum, ref sums, columns + i);
        }

        TLanes.Store(lastGain, ref sums, last);
        TLanes.Store(lastBias, ref sums, columns + last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(
        ref readonly float input, ref readonly float gain, ref readonly float gradient, int first, int length, int columns, ref float result,
        ref TVector gainSum, ref TVector biasSum)
    {
        TVector gains = TLanes.Load(in gain, first);
        for (int i = first; i < length; i += columns)
        {
            // Σ g · x, Σ g, and g · gain
            TVector given = TLanes.Load(in gradient, i);
            gainSum = TLanes.MultiplyAdd(given, TLanes.Load(in input, i), gainSum);
            biasSum = TLanes.Add(biasSum, given);
            TLanes.Store(TLanes.Multiply(given, gains), ref result, i);
        }
    }

    private readonly void Short(ReadOnlySpan<float> input, ReadOnlySpan<float> gradient, Span<float> sums, Span<float> result)
    {
        int columns = Gain.Length;
        for (int i = 0; i < input.Length; i++)
        {
            int column = i % columns;
            sums[column] = Elements.MultiplyAdd(gradient[i], input[i], sums[column]);
            sums[columns + column] += gradient[i];
            result[i] = gradient[i] * Gain[column];
        }
    }
}
