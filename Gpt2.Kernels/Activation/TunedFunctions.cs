// The activation functions other than GPT-2's and their slopes, on vectors of every width: what ActivationTuned applies.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Activation;

/// <summary>
/// x · Φ(x), Φ(x) = (1 + erf(x / √2)) / 2. For a = |x| the smaller of Φ(x) and 1 − Φ(x) is e^P(a), where P is fitted to ln(erfc(a / √2) / 2).
/// </summary>
/// <remarks>
/// The fit is minimax: the largest error of a · e^P(a) up to <see cref="End"/> is 1.9e-9; beyond it the share is 0 or 1, which is 6e-8 of
/// the result off at most. With rounding, values and slopes differ from the formula by less than 1.5e-7 absolute or relative.
/// </remarks>
internal readonly struct TunedGeluErf<TLanes, TVector> : ILaneFunction<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const float End = 5.6f;

    // By iteratively reweighted least squares at 240 Chebyshev nodes, with weights raised where the error is largest; the lower
    // coefficients are rounded to single precision before the higher ones are computed.
    private const float P0 = -0.693147182f;
    private const float P1 = -0.797885001f;
    private const float P2 = -0.318303913f;
    private const float P3 = -0.0363614559f;
    private const float P4 = 0.00483481586f;
    private const float P5 = -2.02409265e-05f;
    private const float P6 = -0.000179557595f;
    private const float P7 = 4.62627868e-05f;
    private const float P8 = -5.64916536e-06f;
    private const float P9 = 2.87266118e-07f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ValueOf(TVector x) => TLanes.Multiply(x, ShareOf(x));

    /// <summary>Φ(x) + x · φ(x), with φ(x) = e^(−x²/2) / √(2π).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SlopeOf(TVector x)
    {
        TVector power = TLanes.Multiply(TLanes.Multiply(x, TLanes.Create(-0.5f)), x);
        TVector density = TLanes.Multiply(Exponential<TLanes, TVector>.Of(power), TLanes.Create(ActivationFormulas.DensityAtZero));
        return TLanes.MultiplyAdd(x, density, ShareOf(x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ShareOf(TVector x)
    {
        TVector size = TLanes.Max(x, TLanes.Subtract(TLanes.Create(0), x)), a = TLanes.Clamp(size, 0, End);
        TVector square = TLanes.Multiply(a, a), fourth = TLanes.Multiply(square, square);

        // P in four parts that do not wait for each other.
        TVector low = TLanes.MultiplyAdd(TLanes.MultiplyAdd(a, TLanes.Create(P3), TLanes.Create(P2)), square,
            TLanes.MultiplyAdd(a, TLanes.Create(P1), TLanes.Create(P0)));
        TVector high = TLanes.MultiplyAdd(TLanes.MultiplyAdd(a, TLanes.Create(P7), TLanes.Create(P6)), square,
            TLanes.MultiplyAdd(a, TLanes.Create(P5), TLanes.Create(P4)));
        high = TLanes.MultiplyAdd(TLanes.MultiplyAdd(a, TLanes.Create(P9), TLanes.Create(P8)), fourth, high);
        TVector smaller = Exponential<TLanes, TVector>.OfBounded(TLanes.MultiplyAdd(high, fourth, low));

        smaller = TLanes.SelectAtMost(size, TLanes.Create(End), smaller, TLanes.Create(0));
        return TLanes.SelectAtMost(x, TLanes.Create(0), smaller, TLanes.Subtract(TLanes.Create(1), smaller));
    }
}

/// <summary>The factor b in x · σ(b·x).</summary>
internal interface ISteepness
{
    public static abstract float Value { get; }
}

/// <summary>That of silu.</summary>
internal readonly struct UnitSteepness : ISteepness
{
    public static float Value => 1;
}

/// <summary>That of quick_gelu.</summary>
internal readonly struct QuickSteepness : ISteepness
{
    public static float Value => ActivationFormulas.QuickSteepness;
}

/// <summary>x · σ(b·x) = x / (1 + e^(−b·x))</summary>
internal readonly struct TunedSigmoidShare<TLanes, TVector, TSteepness> : ILaneFunction<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TSteepness : ISteepness
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ValueOf(TVector x)
    {
        TVector exponential = Exponential<TLanes, TVector>.Of(TLanes.Multiply(x, TLanes.Create(-TSteepness.Value)));
        return TLanes.Divide(x, TLanes.Add(exponential, TLanes.Create(1)));
    }

    /// <summary>With s = σ(b·x): s + b · x · (1 − s) · s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SlopeOf(TVector x)
    {
        TVector exponential = Exponential<TLanes, TVector>.Of(TLanes.Multiply(x, TLanes.Create(-TSteepness.Value)));
        TVector s = TLanes.Divide(TLanes.Create(1), TLanes.Add(exponential, TLanes.Create(1)));

        // 1 − s is computed as e^(−b·x) · s, which loses no digits where s is near 1. It is limited because ∞ · 0 would be NaN.
        TVector rest = TLanes.Multiply(TLanes.Clamp(exponential, 0, 1e38f), s);
        return TLanes.MultiplyAdd(TLanes.Multiply(TLanes.Multiply(x, TLanes.Create(TSteepness.Value)), rest), s, s);
    }
}

/// <summary>max(x, 0)</summary>
internal readonly struct TunedRelu<TLanes, TVector> : ILaneFunction<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ValueOf(TVector x) => TLanes.Max(x, TLanes.Create(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SlopeOf(TVector x) => TLanes.SelectAtMost(x, TLanes.Create(0), TLanes.Create(0), TLanes.Create(1));
}

/// <summary>tanh(x) = (e^(2x) − 1) / (e^(2x) + 1); near 0, where that loses digits, the first terms of the series.</summary>
internal readonly struct TunedTanh<TLanes, TVector> : ILaneFunction<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>From here on tanh is ±1 in single precision.</summary>
    private const float One = 10;

    /// <summary>The square of the largest number for which the series is taken, 0.25.</summary>
    private const float NearSquare = 0.0625f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ValueOf(TVector x)
    {
        TVector exponential = Exponential<TLanes, TVector>.OfBounded(TLanes.Multiply(TLanes.Clamp(x, -One, One), TLanes.Create(2)));
        TVector far = TLanes.Divide(TLanes.Subtract(exponential, TLanes.Create(1)), TLanes.Add(exponential, TLanes.Create(1)));

        // x − x³/3 + 2x⁵/15 − 17x⁷/315 + 62x⁹/2835
        TVector square = TLanes.Multiply(x, x);
        TVector series = TLanes.MultiplyAdd(square, TLanes.Create(62 / 2835f), TLanes.Create(-17 / 315f));
        series = TLanes.MultiplyAdd(series, square, TLanes.Create(2 / 15f));
        series = TLanes.MultiplyAdd(series, square, TLanes.Create(-1 / 3f));
        TVector near = TLanes.MultiplyAdd(TLanes.Multiply(x, square), series, x);

        return TLanes.SelectAtMost(square, TLanes.Create(NearSquare), near, far);
    }

    /// <summary>1 − tanh²(x)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SlopeOf(TVector x)
    {
        TVector tanh = ValueOf(x);
        return TLanes.MultiplyAdd(TLanes.Subtract(TLanes.Create(0), tanh), tanh, TLanes.Create(1));
    }
}
