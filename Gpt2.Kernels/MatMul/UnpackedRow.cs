// One row times a matrix in its original layout: each weight is used once, so packing it first would cost more than the
// product. Models for prediction have packed weights and do not use this; models that are stepped through do.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>Products whose left side is one row.</summary>
internal static class UnpackedRow<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Minimum number of columns of the result in a part.</summary>
    private const int Worthwhile = 128;

    /// <summary>Adds the product to the result.</summary>
    /// <param name="product">A product of one row; neither side is packed or transposed.</param>
    /// <param name="team">Threads to compute with.</param>
    public static void Add(in Product product, ThreadTeam team)
    {
        int perPart = Cut.Elements(product.Columns, Worthwhile, team);
        var work = new Columns { Product = product, PerPart = perPart };
        team.Run(ref work, Cut.Parts(product.Columns, perPart));
    }

    /// <summary>Some columns of the result.</summary>
    private ref struct Columns : IJob
    {
        public Product Product;
        public int PerPart;

        public readonly void Run(int part)
        {
            int first = part * PerPart, count = Math.Min(PerPart, Product.Columns - first), stride = Product.RightLayout.RowStride;
            ReadOnlySpan<float> left = Product.Left[..Product.Inner];
            Span<float> result = Product.Result.Slice(first, count);
            AddRows(left, Product.Right.Slice(first, ((left.Length - 1) * stride) + count), stride, result);
        }
    }

    /// <summary>result[c] += Σ over k of left[k] · right[k · stride + c], in the order of k, as in a tile.</summary>
    private static void AddRows(ReadOnlySpan<float> left, ReadOnlySpan<float> right, int stride, Span<float> result)
    {
        int k = 0;
        for (; k <= left.Length - 4; k += 4)
        {
            AddFourRows(left.Slice(k, 4), in right[k * stride], stride, result);
        }

        for (; k < left.Length; k++)
        {
            AddRow(left[k], right.Slice(k * stride, result.Length), result);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddFourRows(ReadOnlySpan<float> left, ref readonly float right, nint stride, Span<float> result)
    {
        ref readonly float right1 = ref Elements.At(in right, stride), right2 = ref Elements.At(in right1, stride);
        ref readonly float right3 = ref Elements.At(in right2, stride);
        ref float target = ref MemoryMarshal.GetReference(result);
        TVector factor0 = TLanes.Create(left[0]), factor1 = TLanes.Create(left[1]);
        TVector factor2 = TLanes.Create(left[2]), factor3 = TLanes.Create(left[3]);
        int whole = result.Length / TLanes.Count * TLanes.Count;
        for (int c = 0; c < whole; c += TLanes.Count)
        {
            // result[c] + left[0] · right[0, c] + … + left[3] · right[3, c], added in this order
            TVector sum = TLanes.MultiplyAdd(factor0, TLanes.Load(in right, c), TLanes.Load(in target, c));
            sum = TLanes.MultiplyAdd(factor1, TLanes.Load(in right1, c), sum);
            sum = TLanes.MultiplyAdd(factor2, TLanes.Load(in right2, c), sum);
            TLanes.Store(TLanes.MultiplyAdd(factor3, TLanes.Load(in right3, c), sum), ref target, c);
        }

        int rest = result.Length - whole;
        for (int row = 0; row < 4 && rest > 0; row++)
        {
            AddRest(left[row], in Elements.At(in right, (row * stride) + whole), rest, ref Unsafe.Add(ref target, whole));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddRow(float factor, ReadOnlySpan<float> right, Span<float> result)
    {
        ref readonly float row = ref MemoryMarshal.GetReference(right);
        ref float target = ref MemoryMarshal.GetReference(result);
        TVector factors = TLanes.Create(factor);
        int whole = result.Length / TLanes.Count * TLanes.Count;
        for (int c = 0; c < whole; c += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(factors, TLanes.Load(in row, c), TLanes.Load(in target, c)), ref target, c);
        }

        if (whole < result.Length)
        {
            AddRest(factor, in Elements.At(in row, whole), result.Length - whole, ref Unsafe.Add(ref target, whole));
        }
    }

    /// <summary>Fewer columns than a vector has lanes, with the same arithmetic.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddRest(float factor, ref readonly float row, int count, ref float target)
    {
        TVector values = Rest<TLanes, TVector>.Load(in row, count, others: 0), sums = Rest<TLanes, TVector>.Load(in target, count, others: 0);
        Rest<TLanes, TVector>.Store(TLanes.MultiplyAdd(TLanes.Create(factor), values, sums), ref target, count);
    }
}
