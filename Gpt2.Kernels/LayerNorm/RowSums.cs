// Sums over single rows, in vectors and single precision, from which the statistics are computed.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>Sums of rows that are not empty. The bits are the same for vectors of every width.</summary>
internal static class RowSums<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Σ value</summary>
    public static float Sum(ref readonly float row, int columns) => TLanes.Count switch
    {
        16 => SumIn<TLanes, TVector>(in row, columns),
        8 => SumIn<PairLanes<TLanes, TVector>, Pair<TVector>>(in row, columns),
        _ => SumIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(in row, columns),
    };

    /// <summary>Σ (value − mean) and Σ (value − mean)².</summary>
    public static (float Sum, float Squares) Differences(ref readonly float row, float mean, int columns) => TLanes.Count switch
    {
        16 => DifferencesIn<TLanes, TVector>(in row, mean, columns),
        8 => DifferencesIn<PairLanes<TLanes, TVector>, Pair<TVector>>(in row, mean, columns),
        _ => DifferencesIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(in row, mean, columns),
    };

    /// <summary>Σ left and Σ left · right.</summary>
    public static (float Sum, float Product) SumAndProduct(ref readonly float left, ref readonly float right, int columns) => TLanes.Count switch
    {
        16 => SumAndProductIn<TLanes, TVector>(in left, in right, columns),
        8 => SumAndProductIn<PairLanes<TLanes, TVector>, Pair<TVector>>(in left, in right, columns),
        _ => SumAndProductIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(in left, in right, columns),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float SumIn<TWide, TWideVector>(ref readonly float row, int columns)
        where TWide : ILanes<TWideVector>
        where TWideVector : struct
    {
        if (columns < TWide.Count)
        {
            return TWide.Sum(Rest<TWide, TWideVector>.Load(in row, columns, others: 0));
        }

        TWideVector sum0 = TWide.Create(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        int i = 0;
        for (; i <= columns - (4 * TWide.Count); i += 4 * TWide.Count)
        {
            sum0 = TWide.Add(sum0, TWide.Load(in row, i));
            sum1 = TWide.Add(sum1, TWide.Load(in row, i + TWide.Count));
            sum2 = TWide.Add(sum2, TWide.Load(in row, i + (2 * TWide.Count)));
            sum3 = TWide.Add(sum3, TWide.Load(in row, i + (3 * TWide.Count)));
        }

        for (; i <= columns - TWide.Count; i += TWide.Count)
        {
            sum0 = TWide.Add(sum0, TWide.Load(in row, i));
        }

        if (i < columns)
        {
            sum1 = TWide.Add(sum1, TWide.KeepLast(TWide.Load(in row, columns - TWide.Count), columns - i));
        }

        // (sum0 + sum1) + (sum2 + sum3)
        return TWide.Sum(TWide.Add(TWide.Add(sum0, sum1), TWide.Add(sum2, sum3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static (float Sum, float Squares) DifferencesIn<TWide, TWideVector>(ref readonly float row, float mean, int columns)
        where TWide : ILanes<TWideVector>
        where TWideVector : struct
    {
        if (columns < TWide.Count)
        {
            TWideVector all = TWide.Subtract(Rest<TWide, TWideVector>.Load(in row, columns, others: mean), TWide.Create(mean));
            return (TWide.Sum(all), TWide.Sum(TWide.Multiply(all, all)));
        }

        TWideVector means = TWide.Create(mean);
        TWideVector sum0 = TWide.Create(0), sum1 = sum0, squares0 = sum0, squares1 = sum0;
        int i = 0;
        for (; i <= columns - (2 * TWide.Count); i += 2 * TWide.Count)
        {
            TWideVector first = TWide.Subtract(TWide.Load(in row, i), means);
            TWideVector second = TWide.Subtract(TWide.Load(in row, i + TWide.Count), means);
            sum0 = TWide.Add(sum0, first);
            sum1 = TWide.Add(sum1, second);
            squares0 = TWide.MultiplyAdd(first, first, squares0);
            squares1 = TWide.MultiplyAdd(second, second, squares1);
        }

        if (i <= columns - TWide.Count)
        {
            TWideVector difference = TWide.Subtract(TWide.Load(in row, i), means);
            sum0 = TWide.Add(sum0, difference);
            squares0 = TWide.MultiplyAdd(difference, difference, squares0);
            i += TWide.Count;
        }

        if (i < columns)
        {
            TWideVector difference = TWide.Subtract(TWide.Load(in row, columns - TWide.Count), means);
            difference = TWide.KeepLast(difference, columns - i);
            sum1 = TWide.Add(sum1, difference);
            squares1 = TWide.MultiplyAdd(difference, difference, squares1);
        }

        return (TWide.Sum(TWide.Add(sum0, sum1)), TWide.Sum(TWide.Add(squares0, squares1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static (float Sum, float Product) SumAndProductIn<TWide, TWideVector>(ref readonly float left, ref readonly float right, int columns)
        where TWide : ILanes<TWideVector>
        where TWideVector : struct
    {
        if (columns < TWide.Count)
        {
            TWideVector all = Rest<TWide, TWideVector>.Load(in left, columns, others: 0);
            return (TWide.Sum(all), TWide.Sum(TWide.Multiply(all, Rest<TWide, TWideVector>.Load(in right, columns, others: 0))));
        }

        TWideVector sum0 = TWide.Create(0), sum1 = sum0, product0 = sum0, product1 = sum0;
        int i = 0;
        for (; i <= columns - (2 * TWide.Count); i += 2 * TWide.Count)
        {
            TWideVector first = TWide.Load(in left, i), second = TWide.Load(in left, i + TWide.Count);
            sum0 = TWide.Add(sum0, first);
            sum1 = TWide.Add(sum1, second);
            product0 = TWide.MultiplyAdd(first, TWide.Load(in right, i), product0);
            product1 = TWide.MultiplyAdd(second, TWide.Load(in right, i + TWide.Count), product1);
        }

        if (i <= columns - TWide.Count)
        {
            TWideVector value = TWide.Load(in left, i);
            sum0 = TWide.Add(sum0, value);
            product0 = TWide.MultiplyAdd(value, TWide.Load(in right, i), product0);
            i += TWide.Count;
        }

        if (i < columns)
        {
            int last = columns - TWide.Count;
            TWideVector value = TWide.Load(in left, last);
            sum1 = TWide.Add(sum1, TWide.KeepLast(value, columns - i));
            product1 = TWide.Add(product1, TWide.KeepLast(TWide.Multiply(value, TWide.Load(in right, last)), columns - i));
        }

        return (TWide.Sum(TWide.Add(sum0, sum1)), TWide.Sum(TWide.Add(product0, product1)));
    }
}
