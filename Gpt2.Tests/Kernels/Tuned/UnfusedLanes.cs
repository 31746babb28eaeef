// Vectors without a fused multiply-add, as old processors have them: what the tuned kernels promise must hold there too.

using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Tests.Kernels.Tuned;

/// <summary><see cref="Lanes128"/> with products that are rounded before they are added.</summary>
internal readonly struct UnfusedLanes : ILanes<Vector128<float>>
{
    public static int Count => Lanes128.Count;

    public static int MR => Lanes128.MR;

    public static Vector128<float> Load(ref readonly float start, nint index) => Lanes128.Load(in start, index);

    public static void Store(Vector128<float> value, ref float start, nint index) => Lanes128.Store(value, ref start, index);

    public static Vector128<float> Create(float value) => Lanes128.Create(value);

    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.Add(Vector128.Multiply(left, right), addend);

    public static Vector128<float> CreateFactor(float value) => Create(value);

    public static Vector128<float> MultiplyAddFactor(Vector128<float> factor, Vector128<float> right, Vector128<float> addend) =>
        MultiplyAdd(factor, right, addend);

    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => Lanes128.Add(left, right);

    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => Lanes128.Subtract(left, right);

    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => Lanes128.Multiply(left, right);

    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => Lanes128.Divide(left, right);

    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Lanes128.Max(left, right);

    public static Vector128<float> Min(Vector128<float> left, Vector128<float> right) => Lanes128.Min(left, right);

    public static Vector128<float> Larger(Vector128<float> left, Vector128<float> right) => Lanes128.Larger(left, right);

    public static Vector128<float> Clamp(Vector128<float> value, float low, float high) => Lanes128.Clamp(value, low, high);

    public static Vector128<float> SelectAtMost(Vector128<float> left, Vector128<float> right, Vector128<float> yes, Vector128<float> no) =>
        Lanes128.SelectAtMost(left, right, yes, no);

    public static Vector128<float> SquareRoot(Vector128<float> value) => Lanes128.SquareRoot(value);

    public static Vector128<float> Round(Vector128<float> value) => Lanes128.Round(value);

    public static Vector128<float> ScaleByPowerOfTwo(Vector128<float> value, Vector128<float> exponent) =>
        Lanes128.ScaleByPowerOfTwo(value, exponent);

    public static Vector128<float> KeepLast(Vector128<float> value, int count) => Lanes128.KeepLast(value, count);

    public static float Sum(Vector128<float> value) => Lanes128.Sum(value);

    public static Vector128<float> SumEachFour(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) =>
        Lanes128.SumEachFour(a, b, c, d);

    public static Vector128<float> FoldedOf(Vector128<float> value) => value;

    public static float Largest(Vector128<float> value) => Lanes128.Largest(value);

    public static Vector128<float> AddSquaresOfLower(Vector128<float> value, Vector128<float> sums) => Lanes128.AddSquaresOfLower(value, sums);

    public static Vector128<float> AddSquaresOfUpper(Vector128<float> value, Vector128<float> sums) => Lanes128.AddSquaresOfUpper(value, sums);

    public static Vector128<float> AddDoubles(Vector128<float> left, Vector128<float> right) => Lanes128.AddDoubles(left, right);

    public static Vector128<double> FoldedDoublesOf(Vector128<float> sums) => Lanes128.FoldedDoublesOf(sums);
}
