// Sums whose bits do not depend on the width of the vectors: they are always taken in sixteen lanes, and the lanes are
// always added in the same order. One vector of 512 bits has these lanes, two of 256, or four of 128.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gpt2.Kernels.Tuned;

/// <summary>Sixteen floats in vectors of any width: lane i is in vector i / Count, so lanes 0 to 3 are in the first of 128 bits.</summary>
/// <remarks>Fields that a width does not need are never read, and the compiler leaves them out.</remarks>
internal readonly struct Sixteen<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public const int Count = 16;

    private readonly TVector a, b, c, d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Sixteen(TVector a, TVector b, TVector c, TVector d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    private static bool HasTwo => TLanes.Count <= Count / 2;

    private static bool HasFour => TLanes.Count <= Count / 4;

    /// <summary>The same number in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> Create(float value)
    {
        TVector every = TLanes.Create(value);
        return new(every, every, every, every);
    }

    /// <summary>The floats from an index on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> Load(ref readonly float start, nint index) => new(
        TLanes.Load(in start, index),
        HasTwo ? TLanes.Load(in start, index + TLanes.Count) : default,
        HasFour ? TLanes.Load(in start, index + (2 * TLanes.Count)) : default,
        HasFour ? TLanes.Load(in start, index + (3 * TLanes.Count)) : default);

    /// <summary>The first <paramref name="count"/> floats, fewer than sixteen; the other lanes are <paramref name="others"/>.</summary>
    public static Sixteen<TLanes, TVector> LoadFirst(ref readonly float start, int count, float others) => new(
        LoadFirst(in start, 0, count, others),
        HasTwo ? LoadFirst(in start, 1, count, others) : default,
        HasFour ? LoadFirst(in start, 2, count, others) : default,
        HasFour ? LoadFirst(in start, 3, count, others) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> Add(Sixteen<TLanes, TVector> left, Sixteen<TLanes, TVector> right) => new(
        TLanes.Add(left.a, right.a),
        HasTwo ? TLanes.Add(left.b, right.b) : default,
        HasFour ? TLanes.Add(left.c, right.c) : default,
        HasFour ? TLanes.Add(left.d, right.d) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> Subtract(Sixteen<TLanes, TVector> left, TVector right) => new(
        TLanes.Subtract(left.a, right),
        HasTwo ? TLanes.Subtract(left.b, right) : default,
        HasFour ? TLanes.Subtract(left.c, right) : default,
        HasFour ? TLanes.Subtract(left.d, right) : default);

    /// <summary>left · right + addend, rounded once if the processor can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> MultiplyAdd(
        Sixteen<TLanes, TVector> left, Sixteen<TLanes, TVector> right, Sixteen<TLanes, TVector> addend) => new(
        TLanes.MultiplyAdd(left.a, right.a, addend.a),
        HasTwo ? TLanes.MultiplyAdd(left.b, right.b, addend.b) : default,
        HasFour ? TLanes.MultiplyAdd(left.c, right.c, addend.c) : default,
        HasFour ? TLanes.MultiplyAdd(left.d, right.d, addend.d) : default);

    /// <summary>e to the power of every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> Exponential(Sixteen<TLanes, TVector> value) => new(
        Exponential<TLanes, TVector>.Of(value.a),
        HasTwo ? Exponential<TLanes, TVector>.Of(value.b) : default,
        HasFour ? Exponential<TLanes, TVector>.Of(value.c) : default,
        HasFour ? Exponential<TLanes, TVector>.Of(value.d) : default);

    /// <summary>The last <paramref name="count"/> lanes; the others become 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen<TLanes, TVector> KeepLast(Sixteen<TLanes, TVector> value, int count) => new(
        TLanes.KeepLast(value.a, count - Count + TLanes.Count),
        HasTwo ? TLanes.KeepLast(value.b, count - Count + (2 * TLanes.Count)) : default,
        HasFour ? TLanes.KeepLast(value.c, count - Count + (3 * TLanes.Count)) : default,
        HasFour ? TLanes.KeepLast(value.d, count) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Sixteen<TLanes, TVector> value, ref float start, nint index)
    {
        TLanes.Store(value.a, ref start, index);
        if (HasTwo)
        {
            TLanes.Store(value.b, ref start, index + TLanes.Count);
        }

        if (HasFour)
        {
            TLanes.Store(value.c, ref start, index + (2 * TLanes.Count));
            TLanes.Store(value.d, ref start, index + (3 * TLanes.Count));
        }
    }

    /// <summary>Writes the first <paramref name="count"/> lanes, fewer than sixteen.</summary>
    public static void StoreFirst(Sixteen<TLanes, TVector> value, ref float start, int count)
    {
        StoreFirst(value.a, 0, ref start, count);
        if (HasTwo)
        {
            StoreFirst(value.b, 1, ref start, count);
        }

        if (HasFour)
        {
            StoreFirst(value.c, 2, ref start, count);
            StoreFirst(value.d, 3, ref start, count);
        }
    }

    /// <summary>The sum of the lanes: i and i + 8, then these and those 4 later, then 2, then 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Sixteen<TLanes, TVector> value)
    {
        Vector128<float> four = HasFour ? TLanes.FoldedOf(TLanes.Add(TLanes.Add(value.a, value.c), TLanes.Add(value.b, value.d)))
            : HasTwo ? TLanes.FoldedOf(TLanes.Add(value.a, value.b))
            : TLanes.FoldedOf(value.a);
        Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }

    /// <summary>
    /// The sums of the lanes of four at once: within every four lanes as <see cref="ILanes{TVector}.SumEachFour"/> does, then
    /// lanes i and i + 8, then these and those 4 later.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(
        Sixteen<TLanes, TVector> w, Sixteen<TLanes, TVector> x, Sixteen<TLanes, TVector> y, Sixteen<TLanes, TVector> z)
    {
        TVector first = TLanes.SumEachFour(w.a, x.a, y.a, z.a);
        if (!HasTwo)
        {
            return TLanes.FoldedOf(first);
        }

        TVector second = TLanes.SumEachFour(w.b, x.b, y.b, z.b);
        return HasFour
            ? TLanes.FoldedOf(TLanes.Add(
                TLanes.Add(first, TLanes.SumEachFour(w.c, x.c, y.c, z.c)), TLanes.Add(second, TLanes.SumEachFour(w.d, x.d, y.d, z.d))))
            : TLanes.FoldedOf(TLanes.Add(first, second));
    }

    private static TVector LoadFirst(ref readonly float start, int vector, int count, float others)
    {
        int left = count - (vector * TLanes.Count);
        return left >= TLanes.Count ? TLanes.Load(in start, vector * TLanes.Count)
            : left > 0 ? Rest<TLanes, TVector>.Load(in Elements.At(in start, vector * TLanes.Count), left, others)
            : TLanes.Create(others);
    }

    private static void StoreFirst(TVector value, int vector, ref float start, int count)
    {
        int left = count - (vector * TLanes.Count);
        if (left >= TLanes.Count)
        {
            TLanes.Store(value, ref start, vector * TLanes.Count);
        }
        else if (left > 0)
        {
            Rest<TLanes, TVector>.Store(value, ref Unsafe.Add(ref start, vector * TLanes.Count), left);
        }
    }
}
