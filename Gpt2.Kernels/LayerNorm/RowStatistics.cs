// The statistics that normalisation needs, for several rows at a time: the sums of one row overlap in time with those
// of the next, and all rows share one division and one square root.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>One number per row, for as many rows as a vector has lanes.</summary>
internal struct PerRow<TVector>
    where TVector : struct
{
    /// <summary>The numbers of all rows.</summary>
    public TVector Rows;

    [UnscopedRef]
    public ref float this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref Unsafe.As<TVector, float>(ref Rows), row);
    }
}

/// <summary>Statistics of several rows.</summary>
internal struct RowStatistics<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int ElementsAtOnce = 4096; // elements of the rows processed at a time, which fit in the first-level cache

    /// <summary>The mean before its correction.</summary>
    public PerRow<TVector> Mean;

    /// <summary>The amount to add to the mean; with it, the mean of a constant row is exactly its value.</summary>
    public PerRow<TVector> Correction;

    /// <summary>
    /// Σ (value − mean)². If it is not finite, the row has a NaN or an infinity, or a sum has overflowed.
    /// </summary>
    public PerRow<TVector> Squares;

    /// <summary>1 / √(variance + ε)</summary>
    public PerRow<TVector> InverseDeviation;

    /// <summary>Number of rows to process at a time.</summary>
    public static int RowsAtOnce(int columns) => Math.Clamp(ElementsAtOnce / columns, 1, TLanes.Count);

    /// <summary>Computes the statistics of <paramref name="count"/> rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Compute(ref readonly float rows, int count, int columns, float epsilon)
    {
        for (int row = 0; row < count; row++)
        {
            Mean[row] = RowSums<TLanes, TVector>.Sum(in Elements.At(in rows, row * columns), columns);
        }

        TVector length = TLanes.Create(columns);
        Mean.Rows = TLanes.Divide(Mean.Rows, length);
        for (int row = 0; row < count; row++)
        {
            (Correction[row], Squares[row]) = RowSums<TLanes, TVector>.Differences(in Elements.At(in rows, row * columns), Mean[row], columns);
        }

        // variance = Σ (value − mean)² / n − correction², inverse deviation = 1 / √(variance + ε)
        Correction.Rows = TLanes.Divide(Correction.Rows, length);
        TVector variance = TLanes.Subtract(TLanes.Divide(Squares.Rows, length), TLanes.Multiply(Correction.Rows, Correction.Rows));
        variance = TLanes.Larger(variance, TLanes.Create(0)); // rounding may have made it negative
        InverseDeviation.Rows = TLanes.Divide(
            TLanes.Create(1), TLanes.SquareRoot(TLanes.Add(variance, TLanes.Create(epsilon))));
    }
}
