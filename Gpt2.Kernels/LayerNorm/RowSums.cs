// Sums over single rows, in vectors and single precision, from which the statistics are computed.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>Sums of rows that are not empty.</summary>
internal static class RowSums<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Σ value</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static float Sum(ref readonly float row, int columns)
    {
        if (columns < TLanes.Count)
        {
            return TLanes.Sum(Rest<TLanes, TVector>.Load(in row, columns, others: 0));
        }

        TVector sum0 = TLanes.Create(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        int i = 0;
        for (; i <= columns - (4 * TLanes.Count); i += 4 * TLanes.Count)
        {
            sum0 = TLanes.Add(sum0, TLanes.Load(in row, i));
            sum1 = TLanes.Add(sum1, TLanes.Load(in row, i + TLanes.Count));
            sum2 = TLanes.Add(sum2, TLanes.Load(in row, i + (2 * TLanes.Count)));
            sum3 = TLanes.Add(sum3, TLanes.Load(in row, i + (3 * TLanes.Count)));
        }

        for (; i <= columns - TLanes.Count; i += TLanes.Count)
        {
            sum0 = TLanes.Add(sum0, TLanes.Load(in row, i));
        }

        if (i < columns)
        {
            sum1 = TLanes.Add(sum1, TLanes.KeepLast(TLanes.Load(in row, columns - TLanes.Count), columns - i));
        }

        // (sum0 + sum1) + (sum2 + sum3)
        return TLanes.Sum(TLanes.Add(TLanes.Add(sum0, sum1), TLanes.Add(sum2, sum3)));
    }

    /// <summary>Σ (value − mean) and Σ (value − mean)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (float Sum, float Squares) Differences(ref readonly float row, float mean, int columns)
    {
        if (columns < TLanes.Count)
        {
            TVector all = TLanes.Subtract(Rest<TLanes, TVector>.Load(in row, columns, others: mean), TLanes.Create(mean));
            return (TLanes.Sum(all), TLanes.Sum(TLanes.Multiply(all, all)));
        }

        TVector means = TLanes.Create(mean);
        TVector sum0 = TLanes.Create(0), sum1 = sum0, squares0 = sum0, squares1 = sum0;
        int i = 0;
        for (; i <= columns - (2 * TLanes.Count); i += 2 * TLanes.Count)
        {
            TVector first = TLanes.Subtract(TLanes.Load(in row, i), means);
            TVector second = TLanes.Subtract(TLanes.Load(in row, i + TLanes.Count), means);
            sum0 = TLanes.Add(sum0, first);
            sum1 = TLanes.Add(sum1, second);
            squares0 = TLanes.MultiplyAdd(first, first, squares0);
            squares1 = TLanes.MultiplyAdd(second, second, squares1);
        }

        if (i <= columns - TLanes.Count)
        {
            TVector difference = TLanes.Subtract(TLanes.Load(in row, i), means);
            sum0 = TLanes.Add(sum0, difference);
            squares0 = TLanes.MultiplyAdd(difference, difference, squares0);
            i += TLanes.Count;
        }

        if (i < columns)
        {
            TVector difference = TLanes.Subtract(TLanes.Load(in row, columns - TLanes.Count), means);
            difference = TLanes.KeepLast(difference, columns - i);
            sum1 = TLanes.Add(sum1, difference);
            squares1 = TLanes.MultiplyAdd(difference, difference, squares1);
        }

        return (TLanes.Sum(TLanes.Add(sum0, sum1)), TLanes.Sum(TLanes.Add(squares0, squares1)));
    }

    /// <summary>Σ left and Σ left · right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static (float Sum, float Product) SumAndProduct(ref readonly float left, ref readonly float right, int columns)
    {
        if (columns < TLanes.Count)
        {
            TVector all = Rest<TLanes, TVector>.Load(in left, columns, others: 0);
            return (TLanes.Sum(all), TLanes.Sum(TLanes.Multiply(all, Rest<TLanes, TVector>.Load(in right, columns, others: 0))));
        }

        TVector sum0 = TLanes.Create(0), sum1 = sum0, product0 = sum0, product1 = sum0;
        int i = 0;
        for (; i <= columns - (2 * TLanes.Count); i += 2 * TLanes.Count)
        {
            TVector first = TLanes.Load(in left, i), second = TLanes.Load(in left, i + TLanes.Count);
            sum0 = TLanes.Add(sum0, first);
            sum1 = TLanes.Add(sum1, second);
            product0 = TLanes.MultiplyAdd(first, TLanes.Load(in right, i), product0);
            product1 = TLanes.MultiplyAdd(second, TLanes.Load(in right, i + TLanes.Count), product1);
        }

        if (i <= columns - TLanes.Count)
        {
            TVector value = TLanes.Load(in left, i);
            sum0 = TLanes.Add(sum0, value);
            product0 = TLanes.MultiplyAdd(value, TLanes.Load(in right, i), product0);
            i += TLanes.Count;
        }

        if (i < columns)
        {
            int last = columns - TLanes.Count;
            TVector value = TLanes.Load(in left, last);
            sum1 = TLanes.Add(sum1, TLanes.KeepLast(value, columns - i));
            product1 = TLanes.Add(product1, TLanes.KeepLast(TLanes.Multiply(value, TLanes.Load(in right, last)), columns - i));
        }

        return (TLanes.Sum(TLanes.Add(sum0, sum1)), TLanes.Sum(TLanes.Add(product0, product1)));
    }
}
