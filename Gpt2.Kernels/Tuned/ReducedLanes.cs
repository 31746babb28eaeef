// The vector operations that weights of reduced precision need besides arithmetic on floats: taking two bfloat16 out of
// an integer, and sums of products of whole numbers.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>Lanes of 32 bits that are floats, integers, or two words of 16 bits.</summary>
internal interface IReducedLanes<TVector, TInts> : ILanes<TVector>
    where TVector : struct
    where TInts : struct
{
    /// <summary>Rows of a tile of sums that is two vectors wide.</summary>
    public static abstract int SumRows { get; }

    /// <summary>Whether one instruction adds four products of bytes to each 32 bits of 128.</summary>
    public static abstract bool HasDots { get; }

    /// <summary>The bfloat16 in the lower halves of consecutive places, from an index on.</summary>
    public static abstract TVector LoadLower(ref readonly float start, nint index);

    /// <summary>The bfloat16 in the upper halves.</summary>
    public static abstract TVector LoadUpper(ref readonly float start, nint index);

    public static abstract TInts LoadInts(ref readonly uint start, nint index);

    /// <summary>The same integer in every lane.</summary>
    public static abstract TInts CreateInts(int value);

    /// <summary>The integer at a place in every lane.</summary>
    public static abstract TInts Repeat(ref readonly int place);

    public static abstract TInts And(TInts left, TInts right);

    public static abstract TInts AddInts(TInts left, TInts right);

    /// <summary>Every integer shifted right, filled with its sign.</summary>
    public static abstract TInts ShiftInts(TInts value, int bits);

    /// <summary>Every word shifted right, filled with zeros.</summary>
    public static abstract TInts ShiftWords(TInts value, int bits);

    /// <summary>sum + lower word · lower word + upper word · upper word, of signed words.</summary>
    public static abstract TInts AddProducts(TInts sum, TInts left, TInts right);

    /// <summary>The larger of each pair of integers.</summary>
    public static abstract TInts MaxInts(TInts left, TInts right);

    /// <summary>The largest of the integers.</summary>
    public static abstract int Largest(TInts value);

    public static abstract TVector ToFloats(TInts value);

    /// <summary>Stores two vectors of whole numbers as words, in their order.</summary>
    public static abstract void StoreWords(TVector first, TVector second, ref short start, nint index);
}

internal readonly partial struct Lanes512 : IReducedLanes<Vector512<float>, Vector512<int>>
{
    public static int SumRows => 8; // 16 of 32 registers for the tile

    public static bool HasDots => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadLower(ref readonly float start, nint index) =>
        (Vector512.LoadUnsafe(in start, (nuint)index).AsUInt32() << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadUpper(ref readonly float start, nint index) =>
        (Vector512.LoadUnsafe(in start, (nuint)index).AsUInt32() & Vector512.Create(0xFFFF_0000)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadInts(ref readonly uint start, nint index) => Vector512.LoadUnsafe(in start, (nuint)index).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> CreateInts(int value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Repeat(ref readonly int place) =>
        Vector512.Create(Unsafe.As<int, float>(ref Unsafe.AsRef(in place))).AsInt32(); // from memory, as a float

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> And(Vector512<int> left, Vector512<int> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddInts(Vector512<int> left, Vector512<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftInts(Vector512<int> value, int bits) => value >> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ShiftWords(Vector512<int> value, int bits) => (value.AsUInt16() >> bits).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProducts(Vector512<int> sum, Vector512<int> left, Vector512<int> right) =>
        Avx512BW.IsSupported ? sum + Avx512BW.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16())
        : sum + ((left << 16 >> 16) * (right << 16 >> 16)) + ((left >> 16) * (right >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MaxInts(Vector512<int> left, Vector512<int> right) => Vector512.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Largest(Vector512<int> value) => Lanes256.Largest(Vector256.Max(value.GetLower(), value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToFloats(Vector512<int> value) => Vector512.ConvertToSingle(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWords(Vector512<float> first, Vector512<float> second, ref short start, nint index) =>
        Vector512.Narrow(Vector512.ConvertToInt32Native(first), Vector512.ConvertToInt32Native(second)).StoreUnsafe(ref start, (nuint)index);
}

internal readonly partial struct Lanes256 : IReducedLanes<Vector256<float>, Vector256<int>>
{
    public static int SumRows => 4; // 8 of 16 registers for the tile

    public static bool HasDots => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadLower(ref readonly float start, nint index) =>
        (Vector256.LoadUnsafe(in start, (nuint)index).AsUInt32() << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadUpper(ref readonly float start, nint index) =>
        (Vector256.LoadUnsafe(in start, (nuint)index).AsUInt32() & Vector256.Create(0xFFFF_0000)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadInts(ref readonly uint start, nint index) => Vector256.LoadUnsafe(in start, (nuint)index).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> CreateInts(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Repeat(ref readonly int place) =>
        Vector256.Create(Unsafe.As<int, float>(ref Unsafe.AsRef(in place))).AsInt32(); // from memory, as a float

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> And(Vector256<int> left, Vector256<int> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddInts(Vector256<int> left, Vector256<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftInts(Vector256<int> value, int bits) => value >> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> ShiftWords(Vector256<int> value, int bits) => (value.AsUInt16() >> bits).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProducts(Vector256<int> sum, Vector256<int> left, Vector256<int> right) =>
        AvxVnni.IsSupported ? AvxVnni.MultiplyWideningAndAdd(sum, left.AsInt16(), right.AsInt16())
        : Avx2.IsSupported ? sum + Avx2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16())
        : sum + ((left << 16 >> 16) * (right << 16 >> 16)) + ((left >> 16) * (right >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MaxInts(Vector256<int> left, Vector256<int> right) => Vector256.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Largest(Vector256<int> value) => Lanes128.Largest(Vector128.Max(value.GetLower(), value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToFloats(Vector256<int> value) => Vector256.ConvertToSingle(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWords(Vector256<float> first, Vector256<float> second, ref short start, nint index) =>
        Vector256.Narrow(Vector256.ConvertToInt32Native(first), Vector256.ConvertToInt32Native(second)).StoreUnsafe(ref start, (nuint)index);
}

internal readonly partial struct Lanes128 : IReducedLanes<Vector128<float>, Vector128<int>>
{
    public static int SumRows => AdvSimd.Arm64.IsSupported ? 8 : 4; // Arm has 32 registers, x64 has 16

    public static bool HasDots => Dp.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadLower(ref readonly float start, nint index) =>
        (Vector128.LoadUnsafe(in start, (nuint)index).AsUInt32() << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadUpper(ref readonly float start, nint index) =>
        (Vector128.LoadUnsafe(in start, (nuint)index).AsUInt32() & Vector128.Create(0xFFFF_0000)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadInts(ref readonly uint start, nint index) => Vector128.LoadUnsafe(in start, (nuint)index).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> CreateInts(int value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Repeat(ref readonly int place) =>
        Vector128.Create(Unsafe.As<int, float>(ref Unsafe.AsRef(in place))).AsInt32(); // from memory, as a float

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> And(Vector128<int> left, Vector128<int> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddInts(Vector128<int> left, Vector128<int> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftInts(Vector128<int> value, int bits) => value >> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ShiftWords(Vector128<int> value, int bits) => (value.AsUInt16() >> bits).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> AddProducts(Vector128<int> sum, Vector128<int> left, Vector128<int> right)
    {
        if (Sse2.IsSupported)
        {
            return sum + Sse2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16());
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<int> first = AdvSimd.MultiplyWideningLower(left.AsInt16().GetLower(), right.AsInt16().GetLower());
            Vector128<int> second = AdvSimd.MultiplyWideningUpper(left.AsInt16(), right.AsInt16());
            return sum + AdvSimd.Arm64.AddPairwise(first, second);
        }

        return sum + ((left << 16 >> 16) * (right << 16 >> 16)) + ((left >> 16) * (right >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MaxInts(Vector128<int> left, Vector128<int> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Largest(Vector128<int> value)
    {
        value = Vector128.Max(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(value.ToScalar(), value.GetElement(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToFloats(Vector128<int> value) => Vector128.ConvertToSingle(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWords(Vector128<float> first, Vector128<float> second, ref short start, nint index) =>
        Vector128.Narrow(Vector128.ConvertToInt32Native(first), Vector128.ConvertToInt32Native(second)).StoreUnsafe(ref start, (nuint)index);
}
