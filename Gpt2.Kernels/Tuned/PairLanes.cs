// Two vectors that are used like one of twice the width. Sums along a row are taken in sixteen lanes on every processor (one
// vector of 512 bits, a pair of 256, or a pair of pairs of 128), so that their bits do not depend on the width.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gpt2.Kernels.Tuned;

/// <summary>The lower and the upper half of the lanes.</summary>
internal readonly record struct Pair<TVector>(TVector Lower, TVector Upper)
    where TVector : struct;

/// <summary>Every operation on both halves.</summary>
internal readonly struct PairLanes<TLanes, TVector> : ILanes<Pair<TVector>>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public static int Count => 2 * TLanes.Count;

    public static int MR => TLanes.MR / 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Load(ref readonly float start, nint index) =>
        new(TLanes.Load(in start, index), TLanes.Load(in start, index + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Pair<TVector> value, ref float start, nint index)
    {
        TLanes.Store(value.Lower, ref start, index);
        TLanes.Store(value.Upper, ref start, index + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Create(float value) => new(TLanes.Create(value), TLanes.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> SumEachFour(Pair<TVector> a, Pair<TVector> b, Pair<TVector> c, Pair<TVector> d) =>
        new(TLanes.SumEachFour(a.Lower, b.Lower, c.Lower, d.Lower), TLanes.SumEachFour(a.Upper, b.Upper, c.Upper, d.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FoldedOf(Pair<TVector> value) => TLanes.FoldedOf(TLanes.Add(value.Lower, value.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> MultiplyAdd(Pair<TVector> left, Pair<TVector> right, Pair<TVector> addend) =>
        new(TLanes.MultiplyAdd(left.Lower, right.Lower, addend.Lower), TLanes.MultiplyAdd(left.Upper, right.Upper, addend.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> CreateFactor(float value) => new(TLanes.CreateFactor(value), TLanes.CreateFactor(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> MultiplyAddFactor(Pair<TVector> factor, Pair<TVector> right, Pair<TVector> addend) =>
        new(TLanes.MultiplyAddFactor(factor.Lower, right.Lower, addend.Lower), TLanes.MultiplyAddFactor(factor.Upper, right.Upper, addend.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Add(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Add(left.Lower, right.Lower), TLanes.Add(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Subtract(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Subtract(left.Lower, right.Lower), TLanes.Subtract(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Multiply(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Multiply(left.Lower, right.Lower), TLanes.Multiply(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Divide(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Divide(left.Lower, right.Lower), TLanes.Divide(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Max(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Max(left.Lower, right.Lower), TLanes.Max(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Min(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Min(left.Lower, right.Lower), TLanes.Min(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Larger(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.Larger(left.Lower, right.Lower), TLanes.Larger(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Clamp(Pair<TVector> value, float low, float high) =>
        new(TLanes.Clamp(value.Lower, low, high), TLanes.Clamp(value.Upper, low, high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> SelectAtMost(Pair<TVector> left, Pair<TVector> right, Pair<TVector> yes, Pair<TVector> no) => new(
        TLanes.SelectAtMost(left.Lower, right.Lower, yes.Lower, no.Lower), TLanes.SelectAtMost(left.Upper, right.Upper, yes.Upper, no.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> SquareRoot(Pair<TVector> value) => new(TLanes.SquareRoot(value.Lower), TLanes.SquareRoot(value.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Round(Pair<TVector> value) => new(TLanes.Round(value.Lower), TLanes.Round(value.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> ScaleByPowerOfTwo(Pair<TVector> value, Pair<TVector> exponent) =>
        new(TLanes.ScaleByPowerOfTwo(value.Lower, exponent.Lower), TLanes.ScaleByPowerOfTwo(value.Upper, exponent.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> KeepLast(Pair<TVector> value, int count) =>
        new(TLanes.KeepLast(value.Lower, count - TLanes.Count), TLanes.KeepLast(value.Upper, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Pair<TVector> value) => TLanes.Sum(TLanes.Add(value.Lower, value.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Pair<TVector> value) => TLanes.Largest(TLanes.Larger(value.Lower, value.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> AddSquaresOfLower(Pair<TVector> value, Pair<TVector> sums) =>
        new(TLanes.AddSquaresOfLower(value.Lower, sums.Lower), TLanes.AddSquaresOfUpper(value.Lower, sums.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> AddSquaresOfUpper(Pair<TVector> value, Pair<TVector> sums) =>
        new(TLanes.AddSquaresOfLower(value.Upper, sums.Lower), TLanes.AddSquaresOfUpper(value.Upper, sums.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> AddDoubles(Pair<TVector> left, Pair<TVector> right) =>
        new(TLanes.AddDoubles(left.Lower, right.Lower), TLanes.AddDoubles(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> FoldedDoublesOf(Pair<TVector> sums) => TLanes.FoldedDoublesOf(TLanes.AddDoubles(sums.Lower, sums.Upper));
}
