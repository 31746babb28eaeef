// What normalising rows needs to know, of several rows at a time: while one row's sum is on its way another's is begun, and
// the divisions and roots of all are one.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>A number for each of some rows, as many as a vector has lanes.</summary>
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

/// <summary>Statistics of some rows.</summary>
internal struct RowStatistics<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int ElementsAtOnce = 4096; // of rows done at a time: they stay in the first cache

    /// <summary>The mean, roughly.</summary>
    public PerRow<TVector> Mean;

    /// <summary>What is to be added to the mean: that of a constant row then is its value exactly.</summary>
    public PerRow<TVector> Correction;

    /// <summary>Σ (value − mean)². Where it is not finite, the row has a NaN or an infinity or a sum has overflowed.</summary>
    public PerRow<TVector> Squares;

    /// <summary>1 / √(variance + ε)</summary>
    public PerRow<TVector> InverseDeviation;

    /// <summary>Rows to do at a time.</summary>
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
