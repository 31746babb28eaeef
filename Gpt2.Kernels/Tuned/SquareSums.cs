// Sums of squares in double precision whose bits do not depend on the width of the vectors, as in Sixteen: always in eight
// lanes of doubles, of which lane i takes the floats i and i + 8 of every sixteen.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gpt2.Kernels.Tuned;

/// <summary>Eight sums: one vector of 512 bits, two of 256, or four of 128.</summary>
internal readonly struct SquareSums<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private readonly TVector a, b, c, d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SquareSums(TVector a, TVector b, TVector c, TVector d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    /// <summary>These sums and the squares of sixteen floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SquareSums<TLanes, TVector> With(ref readonly float start, nint index)
    {
        TVector first = TLanes.Load(in start, index);
        if (TLanes.Count == 16)
        {
            return new(TLanes.AddSquaresOfUpper(first, TLanes.AddSquaresOfLower(first, a)), default, default, default);
        }

        TVector second = TLanes.Load(in start, index + TLanes.Count);
        if (TLanes.Count == 8)
        {
            return new(
                TLanes.AddSquaresOfLower(second, TLanes.AddSquaresOfLower(first, a)),
                TLanes.AddSquaresOfUpper(second, TLanes.AddSquaresOfUpper(first, b)), default, default);
        }

        TVector third = TLanes.Load(in start, index + (2 * TLanes.Count)), fourth = TLanes.Load(in start, index + (3 * TLanes.Count));
        return new(
            TLanes.AddSquaresOfLower(third, TLanes.AddSquaresOfLower(first, a)),
            TLanes.AddSquaresOfUpper(third, TLanes.AddSquaresOfUpper(first, b)),
            TLanes.AddSquaresOfLower(fourth, TLanes.AddSquaresOfLower(second, c)),
            TLanes.AddSquaresOfUpper(fourth, TLanes.AddSquaresOfUpper(second, d)));
    }

    /// <summary>The sum of the eight: lanes i and i + 4, then these and those 2 later, then both.</summary>
    public double Sum()
    {
        TVector all = TLanes.Count switch
        {
            16 => a,
            8 => TLanes.AddDoubles(a, b),
            _ => TLanes.AddDoubles(TLanes.AddDoubles(a, c), TLanes.AddDoubles(b, d)),
        };
        Vector128<double> two = TLanes.FoldedDoublesOf(all);
        return two[0] + two[1];
    }
}
