// One set of operations for vectors of every width, so that a tuned kernel is written once: it is generic over ILanes,
// and the compiler makes a version for each width, in which almost every call below is one instruction.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>The sum of the lanes.</summary>
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

/// <summary>Vectors of 512 bits: processors with AVX-512.</summary>
internal readonly partial struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;

    public static int MR => 12; // 24 of 32 registers for the tile

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ref readonly float start, nint index) => Vector512.LoadUnsafe(in start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, ref float start, nint index) => value.StoreUnsafe(ref start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SumEachFour(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        // In every four lanes: a0+a2 b0+b2 a1+a3 b1+b3; then the halves of that, and of c's and d's, are added.
        Vector512<float> ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        Vector512<float> cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        return Avx512F.Shuffle(ab, cd, 0x44) + Avx512F.Shuffle(ab, cd, 0xEE);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FoldedOf(Vector512<float> value) => Lanes256.FoldedOf(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> left, Vector512<float> right) => Vector512.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Larger(Vector512<float> left, Vector512<float> right) => Vector512.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Clamp(Vector512<float> value, float low, float high) =>
        Vector512.MinNative(Vector512.Create(high), Vector512.MaxNative(Vector512.Create(low), value)); // x64: the second if one is NaN

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SquareRoot(Vector512<float> value) => Vector512.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> value) => Vector512.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ScaleByPowerOfTwo(Vector512<float> value, Vector512<float> exponent)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(value, exponent);
        }

        Vector512<int> whole = Vector512.ConvertToInt32Native(exponent);
        Vector512<int> half = whole >> 1; // 2^whole itself may not be a normal number
        Vector512<float> scaled = value * ((half + Vector512.Create(127)) << 23).AsSingle();
        return scaled * ((whole - half + Vector512.Create(127)) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> KeepLast(Vector512<float> value, int count) =>
        value & Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create(Count - count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Vector512.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector512<float> value) => Lanes256.Largest(Vector256.MaxNative(value.GetLower(), value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddSquaresOfLower(Vector512<float> value, Vector512<float> sums)
    {
        Vector512<double> lower = Vector512.WidenLower(value);
        return Vector512.MultiplyAddEstimate(lower, lower, sums.AsDouble()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddSquaresOfUpper(Vector512<float> value, Vector512<float> sums)
    {
        Vector512<double> upper = Vector512.WidenUpper(value);
        return Vector512.MultiplyAddEstimate(upper, upper, sums.AsDouble()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddDoubles(Vector512<float> left, Vector512<float> right) => (left.AsDouble() + right.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> FoldedDoublesOf(Vector512<float> sums) =>
        Lanes256.FoldedDoublesOf((sums.AsDouble().GetLower() + sums.AsDouble().GetUpper()).AsSingle());
}

/// <summary>Vectors of 256 bits: processors with AVX2.</summary>
internal readonly partial struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => Vector256<float>.Count;

    public static int MR => 6; // 12 of 16 registers for the tile

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ref readonly float start, nint index) => Vector256.LoadUnsafe(in start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, ref float start, nint index) => value.StoreUnsafe(ref start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SumEachFour(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256<float> ab = Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);
        Vector256<float> cd = Avx.UnpackLow(c, d) + Avx.UnpackHigh(c, d);
        return Avx.Shuffle(ab, cd, 0x44) + Avx.Shuffle(ab, cd, 0xEE);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FoldedOf(Vector256<float> value) => value.GetLower() + value.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> left, Vector256<float> right) => Vector256.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Larger(Vector256<float> left, Vector256<float> right) => Vector256.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Clamp(Vector256<float> value, float low, float high) =>
        Vector256.MinNative(Vector256.Create(high), Vector256.MaxNative(Vector256.Create(low), value)); // x64: the second if one is NaN

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SquareRoot(Vector256<float> value) => Vector256.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Round(Vector256<float> value) => Vector256.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ScaleByPowerOfTwo(Vector256<float> value, Vector256<float> exponent)
    {
        Vector256<int> whole = Vector256.ConvertToInt32Native(exponent);
        Vector256<int> half = whole >> 1; // 2^whole itself may not be a normal number
        Vector256<float> scaled = value * ((half + Vector256.Create(127)) << 23).AsSingle();
        return scaled * ((whole - half + Vector256.Create(127)) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> KeepLast(Vector256<float> value, int count) =>
        value & Vector256.GreaterThanOrEqual(Vector256<int>.Indices, Vector256.Create(Count - count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> value) => Vector256.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector256<float> value) => Lanes128.Largest(Vector128.MaxNative(value.GetLower(), value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddSquaresOfLower(Vector256<float> value, Vector256<float> sums)
    {
        Vector256<double> lower = Vector256.WidenLower(value);
        return Vector256.MultiplyAddEstimate(lower, lower, sums.AsDouble()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddSquaresOfUpper(Vector256<float> value, Vector256<float> sums)
    {
        Vector256<double> upper = Vector256.WidenUpper(value);
        return Vector256.MultiplyAddEstimate(upper, upper, sums.AsDouble()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddDoubles(Vector256<float> left, Vector256<float> right) => (left.AsDouble() + right.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> FoldedDoublesOf(Vector256<float> sums) =>
        sums.AsDouble().GetLower() + sums.AsDouble().GetUpper();
}

/// <summary>Vectors of 128 bits: Arm, and x64 processors before AVX2.</summary>
internal readonly partial struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => Vector128<float>.Count;

    public static int MR => AdvSimd.Arm64.IsSupported ? 12 : 6; // Arm has 32 registers, x64 has 16

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(ref readonly float start, nint index) => Vector128.LoadUnsafe(in start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, ref float start, nint index) => value.StoreUnsafe(ref start, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEachFour(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        Vector128<float> ab = UnpackLow(a, b) + UnpackHigh(a, b);
        Vector128<float> cd = UnpackLow(c, d) + UnpackHigh(c, d);
        return Vector128.Create(ab.GetLower(), cd.GetLower()) + Vector128.Create(ab.GetUpper(), cd.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FoldedOf(Vector128<float> value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Min(Vector128<float> left, Vector128<float> right) => Vector128.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Larger(Vector128<float> left, Vector128<float> right) => Vector128.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Clamp(Vector128<float> value, float low, float high) =>
        Vector128.MinNative(Vector128.Create(high), Vector128.MaxNative(Vector128.Create(low), value)); // x64: the second if one is NaN

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SquareRoot(Vector128<float> value) => Vector128.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Round(Vector128<float> value) => Vector128.Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ScaleByPowerOfTwo(Vector128<float> value, Vector128<float> exponent)
    {
        Vector128<int> whole = Vector128.ConvertToInt32Native(exponent);
        Vector128<int> half = whole >> 1; // 2^whole itself may not be a normal number
        Vector128<float> scaled = value * ((half + Vector128.Create(127)) << 23).AsSingle();
        return scaled * ((whole - half + Vector128.Create(127)) << 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> KeepLast(Vector128<float> value, int count) =>
        value & Vector128.GreaterThanOrEqual(Vector128<int>.Indices, Vector128.Create(Count - count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> value) => Vector128.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector128<float> value)
    {
        Vector128<float> pairs = Vector128.MaxNative(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddSquaresOfLower(Vector128<float> value, Vector128<float> sums)
    {
        Vector128<double> lower = Vector128.WidenLower(value);
        return Vector128.MultiplyAddEstimate(lower, lower, sums.AsDouble()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddSquaresOfUpper(Vector128<float> value, Vector128<float> sums)
    {
        Vector128<double> upper = Vector128.WidenUpper(value);
        return Vector128.MultiplyAddEstimate(upper, upper, sums.AsDouble()).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddDoubles(Vector128<float> left, Vector128<float> right) => (left.AsDouble() + right.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> FoldedDoublesOf(Vector128<float> sums) =>
        sums.AsDouble();

    /// <summary>left0 right0 left1 right1</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> UnpackLow(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : Vector128.Create(left[0], right[0], left[1], right[1]);

    /// <summary>left2 right2 left3 right3</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> UnpackHigh(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : Vector128.Create(left[2], right[2], left[3], right[3]);
}
