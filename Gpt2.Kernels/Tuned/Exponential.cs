// e^x on vectors of every width. A power of two brings the argument near zero; a polynomial does the rest.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// e^x = 2ⁿ · e^r with n the whole number nearest to x / ln 2 and r = x − n · ln 2, so that |r| ≤ ln 2 / 2; e^r is
/// 1 + r + r² · q(r) with q of degree 4, whose relative error is below 5e-9.
/// </summary>
internal static class Exponential<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    // Outside these limits e^x rounds to 0 or ∞ anyway; they keep n small.
    private const float Lowest = -104;
    private const float Highest = 89;

    private const float InverseLn2 = 1.44269504f;

    // ln 2 in two parts. The first has 15 binary digits, so its product with n is exact, fused or not.
    private const float Ln2First = 0.693145751953125f;
    private const float Ln2Rest = 1.42860677e-6f;

    // q is a minimax polynomial by Remez's algorithm; the lower coefficients are rounded to single precision before the
    // higher ones are computed.
    private const float C2 = 0.5f;
    private const float C3 = 0.16666488f;
    private const float C4 = 0.04166555f;
    private const float C5 = 0.00837229f;
    private const float C6 = 0.0014036067f;

    /// <summary>e to the power of every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => OfBounded(TLanes.Clamp(x, Lowest, Highest));

    /// <summary>The same for lanes that are within ±170 or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector OfBounded(TVector x)
    {
        // n = round(x / ln 2), r = x − n · ln 2
        TVector n = TLanes.Round(TLanes.Multiply(x, TLanes.Create(InverseLn2)));
        TVector r = TLanes.MultiplyAdd(n, TLanes.Create(-Ln2First), x);
        r = TLanes.MultiplyAdd(n, TLanes.Create(-Ln2Rest), r);

        // e^r = 1 + r + r² · (C2 + C3 · r + r² · (C4 + C5 · r + C6 · r²)), in two halves that do not wait for each
        // other.
        TVector square = TLanes.Multiply(r, r);
        TVector lower = TLanes.MultiplyAdd(r, TLanes.Create(C3), TLanes.Create(C2));
        TVector upper = TLanes.MultiplyAdd(r, TLanes.Create(C5), TLanes.Create(C4));
        upper = TLanes.MultiplyAdd(square, TLanes.Create(C6), upper);
        TVector power = TLanes.MultiplyAdd(TLanes.MultiplyAdd(upper, square, lower), square, r);
        return TLanes.ScaleByPowerOfTwo(TLanes.Add(power, TLanes.Create(1)), n);
    }
}
