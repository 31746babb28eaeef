// Sums over single rows, in vectors and single precision: what statistics are made of.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>Sums of rows that are not empty. The bits are the same for vectors of every width.</summary>
internal static class RowSums<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Count = Sixteen<TLanes, TVector>.Count;

    /// <summary>Σ value</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static float Sum(ref readonly float row, int columns)
    {
        if (columns < Count)
        {
            return Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.LoadFirst(in row, columns, others: 0));
        }

        Sixteen<TLanes, TVector> sum0 = Sixteen<TLanes, TVector>.Create(0), sum1 = sum0;
        int i = 0;
        for (; i <= columns - (2 * Count); i += 2 * Count)
        {
            sum0 = Sixteen<TLanes, TVector>.Add(sum0, Sixteen<TLanes, TVector>.Load(in row, i));
            sum1 = Sixteen<TLanes, TVector>.Add(sum1, Sixteen<TLanes, TVector>.Load(in row, i + Count));
        }

        if (i <= columns - Count)
        {
            sum0 = Sixteen<TLanes, TVector>.Add(sum0, Sixteen<TLanes, TVector>.Load(in row, i));
            i += Count;
        }

        if (i < columns)
        {
            var last = Sixteen<TLanes, TVector>.Load(in row, columns - Count);
            sum1 = Sixteen<TLanes, TVector>.Add(sum1, Sixteen<TLanes, TVector>.KeepLast(last, columns - i));
        }

        return Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.Add(sum0, sum1));
    }

    /// <summary>Σ (value − mean) and Σ (value − mean)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (float Sum, float Squares) Differences(ref readonly float row, float mean, int columns)
    {
        TVector means = TLanes.Create(mean);
        var zero = Sixteen<TLanes, TVector>.Create(0);
        if (columns < Count)
        {
            var all = Sixteen<TLanes, TVector>.Subtract(Sixteen<TLanes, TVector>.LoadFirst(in row, columns, others: mean), means);
            return (Sixteen<TLanes, TVector>.Sum(all), Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.MultiplyAdd(all, all, zero)));
        }

        Sixteen<TLanes, TVector> sum0 = zero, sum1 = zero, squares0 = zero, squares1 = zero;
        int i = 0;
        for (; i <= columns - (2 * Count); i += 2 * Count)
        {
            var first = Sixteen<TLanes, TVector>.Subtract(Sixteen<TLanes, TVector>.Load(in row, i), means);
            var second = Sixteen<TLanes, TVector>.Subtract(Sixteen<TLanes, TVector>.Load(in row, i + Count), means);
            sum0 = Sixteen<TLanes, TVector>.Add(sum0, first);
            sum1 = Sixteen<TLanes, TVector>.Add(sum1, second);
            squares0 = Sixteen<TLanes, TVector>.MultiplyAdd(first, first, squares0);
            squares1 = Sixteen<TLanes, TVector>.MultiplyAdd(second, second, squares1);
        }

        if (i <= columns - Count)
        {
            var difference = Sixteen<TLanes, TVector>.Subtract(Sixteen<TLanes, TVector>.Load(in row, i), means);
            sum0 = Sixteen<TLanes, TVector>.Add(sum0, difference);
            squares0 = Sixteen<TLanes, TVector>.MultiplyAdd(difference, difference, squares0);
            i += Count;
        }

        if (i < columns)
        {
            var difference = Sixteen<TLanes, TVector>.Subtract(Sixteen<TLanes, TVector>.Load(in row, columns - Count), means);
            difference = Sixteen<TLanes, TVector>.KeepLast(difference, columns - i);
            sum1 = Sixteen<TLanes, TVector>.Add(sum1, difference);
            squares1 = Sixteen<TLanes, TVector>.MultiplyAdd(difference, difference, squares1);
        }

        return (
            Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.Add(sum0, sum1)),
            Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.Add(squares0, squares1)));
    }

    /// <summary>Σ left and Σ left · right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (float Sum, float Product) SumAndProduct(ref readonly float left, ref readonly float right, int columns)
    {
        var zero = Sixteen<TLanes, TVector>.Create(0);
        if (columns < Count)
        {
            var all = Sixteen<TLanes, TVector>.LoadFirst(in left, columns, others: 0);
            var others = Sixteen<TLanes, TVector>.LoadFirst(in right, columns, others: 0);
            return (Sixteen<TLanes, TVector>.Sum(all), Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.MultiplyAdd(all, others, zero)));
        }

        Sixteen<TLanes, TVector> sum0 = zero, sum1 = zero, product0 = zero, product1 = zero;
        int i = 0;
        for (; i <= columns - (2 * Count); i += 2 * Count)
        {
            Sixteen<TLanes, TVector> first = Sixteen<TLanes, TVector>.Load(in left, i), second = Sixteen<TLanes, TVector>.Load(in left, i + Count);
            sum0 = Sixteen<TLanes, TVector>.Add(sum0, first);
            sum1 = Sixteen<TLanes, TVector>.Add(sum1, second);
            product0 = Sixteen<TLanes, TVector>.MultiplyAdd(first, Sixteen<TLanes, TVector>.Load(in right, i), product0);
            product1 = Sixteen<TLanes, TVector>.MultiplyAdd(second, Sixteen<TLanes, TVector>.Load(in right, i + Count), product1);
        }

        if (i <= columns - Count)
        {
            var value = Sixteen<TLanes, TVector>.Load(in left, i);
            sum0 = Sixteen<TLanes, TVector>.Add(sum0, value);
            product0 = Sixteen<TLanes, TVector>.MultiplyAdd(value, Sixteen<TLanes, TVector>.Load(in right, i), product0);
            i += Count;
        }

        if (i < columns)
        {
            // Kept lanes of both: a lane that is left out may hold a NaN or ∞ of its row, which was counted already.
            var value = Sixteen<TLanes, TVector>.KeepLast(Sixteen<TLanes, TVector>.Load(in left, columns - Count), columns - i);
            var other = Sixteen<TLanes, TVector>.KeepLast(Sixteen<TLanes, TVector>.Load(in right, columns - Count), columns - i);
            sum1 = Sixteen<TLanes, TVector>.Add(sum1, value);
            product1 = Sixteen<TLanes, TVector>.MultiplyAdd(value, other, product1);
        }

        return (
            Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.Add(sum0, sum1)),
            Sixteen<TLanes, TVector>.Sum(Sixteen<TLanes, TVector>.Add(product0, product1)));
    }
}
