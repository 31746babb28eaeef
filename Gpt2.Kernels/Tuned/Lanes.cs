// One set of operations for vectors of every width, so that a tuned kernel is written once: it is generic over ILanes,
// and the compiler makes a version for each width, in which almost every call below is one instruction.

using System.Runtime.Intrinsics;

namespace Gpt2.Kernels.Tuned;

/// <summary>Arithmetic on <see cref="Count"/> floats at a time.</summary>
/// <typeparam name="TVector">The vector type whose elements are the lanes.</typeparam>
internal interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector: 16, 8 or 4.</summary>
    public static abstract int Count { get; }

    /// <summary>
    /// Rows of a register tile two vectors wide: as many as the registers hold together with a row of the right side.
    /// </summary>
    public static abstract int MR { get; }

    /// <summary>The floats from an index on.</summary>
    public static abstract TVector Load(ref readonly float start, nint index);

    public static abstract void Store(TVector value, ref float start, nint index);

    /// <summary>The same number in every lane.</summary>
    public static abstract TVector Create(float value);

    /// <summary>
    /// In every four lanes the sums of a's, b's, c's and d's four: (0 + 2) + (1 + 3). Four sums for little more than the
    /// price of one.
    /// </summary>
    public static abstract TVector SumEachFour(TVector a, TVector b, TVector c, TVector d);

    /// <summary>The four sums of every fourth lane: halves are added until four lanes are left.</summary>
    public static abstract Vector128<float> FoldedOf(TVector value);

    /// <summary>left · right + addend, rounded once if the processor can.</summary>
    public static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>A number in the form that <see cref="MultiplyAddFactor"/> takes: in every lane, or, if that does, in the first only.</summary>
    public static abstract TVector CreateFactor(float value);

    /// <summary>factor · right + addend, rounded as in <see cref="MultiplyAdd"/>.</summary>
    public static abstract TVector MultiplyAddFactor(TVector factor, TVector right, TVector addend);

    public static abstract TVector Add(TVector left, TVector right);

    public static abstract TVector Subtract(TVector left, TVector right);

    public static abstract TVector Multiply(TVector left, TVector right);

    public static abstract TVector Divide(TVector left, TVector right);

    /// <summary>The larger of each pair; NaN if either is.</summary>
    public static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller of each pair; NaN if either is.</summary>
    public static abstract TVector Min(TVector left, TVector right);

    /// <summary>The larger of each pair in one instruction; if one is NaN, either of them.</summary>
    public static abstract TVector Larger(TVector left, TVector right);

    /// <summary>Values outside the limits become the nearer limit; NaN stays NaN.</summary>
    public static abstract TVector Clamp(TVector value, float low, float high);

    /// <summary>Of each pair of lanes: <paramref name="yes"/> where left ≤ right, otherwise, and if one is NaN, <paramref name="no"/>.</summary>
    public static abstract TVector SelectAtMost(TVector left, TVector right, TVector yes, TVector no);

    public static abstract TVector SquareRoot(TVector value);

    /// <summary>The nearest whole number, halves to even.</summary>
    public static abstract TVector Round(TVector value);

    /// <summary>
    /// value · 2^exponent, rounded once, for whole exponents from −252 to 254: too large becomes ∞, too small a
    /// subnormal number or 0. With a NaN exponent the result is undefined, unless the value is NaN too.
    /// </summary>
    public static abstract TVector ScaleByPowerOfTwo(TVector value, TVector exponent);

    /// <summary>The last <paramref name="count"/> lanes; the others become 0.</summary>
    public static abstract TVector KeepLast(TVector value, int count);

    /// <summary>The sum of the lanes: halves are added until two lanes are left, then these.</summary>
    public static abstract float Sum(TVector value);

    /// <summary>The largest lane; if one is NaN, any lane.</summary>
    public static abstract float Largest(TVector value);

    /// <summary>Adds the squares of the lower half of the lanes to sums in double precision, of which a vector holds half as many.</summary>
    public static abstract TVector AddSquaresOfLower(TVector value, TVector sums);

    /// <summary>The same for the upper half.</summary>
    public static abstract TVector AddSquaresOfUpper(TVector value, TVector sums);

    /// <summary>The sum of two such vectors of doubles.</summary>
    public static abstract TVector AddDoubles(TVector left, TVector right);

    /// <summary>The two sums of every second lane of such a vector.</summary>
    public static abstract Vector128<double> FoldedDoublesOf(TVector sums);
}
