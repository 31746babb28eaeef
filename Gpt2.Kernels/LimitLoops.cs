// The loops that measure a machine's limits: one only multiplies and adds, the others only read.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels;

/// <summary>Loops that do as much of one thing as the processor can.</summary>
internal static class LimitLoops<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// Number of independent multiply-adds: more than a processor's two units times their latency of four or five
    /// cycles, and together with the two factors no more than the 16 registers of AVX2.
    /// </summary>
    public const int Chains = 12;

    /// <summary>
    /// Each chain repeats x = factor · x + addend in a register; between two steps of a chain, every other chain takes
    /// one step. With |factor| &lt; 1 the chains approach addend / (1 − factor) and stay normal numbers.
    /// </summary>
    /// <param name="start">The initial values of the chains: <see cref="Chains"/> vectors.</param>
    /// <param name="factor">The factor of every step, below 1 in magnitude.</param>
    /// <param name="addend">The addend of every step.</param>
    /// <param name="steps">Number of steps of each chain.</param>
    /// <returns>The sum of all chains.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float MultiplyAdds(ref readonly float start, float factor, float addend, int steps)
    {
        int count = TLanes.Count;
        TVector factors = TLanes.Create(factor), addends = TLanes.Create(addend);
        TVector a = TLanes.Load(in start, 0), b = TLanes.Load(in start, count), c = TLanes.Load(in start, 2 * count);
        TVector d = TLanes.Load(in start, 3 * count), e = TLanes.Load(in start, 4 * count), f = TLanes.Load(in start, 5 * count);
        TVector g = TLanes.Load(in start, 6 * count), h = TLanes.Load(in start, 7 * count), i = TLanes.Load(in start, 8 * count);
        TVector j = TLanes.Load(in start, 9 * count), k = TLanes.Load(in start, 10 * count), l = TLanes.Load(in start, 11 * count);
        for (int step = 0; step < steps; step++)
        {
            a = TLanes.MultiplyAdd(a, factors, addends);
            b = TLanes.MultiplyAdd(b, factors, addends);
            c = TLanes.MultiplyAdd(c, factors, addends);
            d = TLanes.MultiplyAdd(d, factors, addends);
            e = TLanes.MultiplyAdd(e, factors, addends);
            f = TLanes.MultiplyAdd(f, factors, addends);
            g = TLanes.MultiplyAdd(g, factors, addends);
            h = TLanes.MultiplyAdd(h, factors, addends);
            i = TLanes.MultiplyAdd(i, factors, addends);
            j = TLanes.MultiplyAdd(j, factors, addends);
            k = TLanes.MultiplyAdd(k, factors, addends);
            l = TLanes.MultiplyAdd(l, factors, addends);
        }

        // a + b + … + l
        TVector abc = TLanes.Add(TLanes.Add(a, b), c), def = TLanes.Add(TLanes.Add(d, e), f);
        TVector ghi = TLanes.Add(TLanes.Add(g, h), i), jkl = TLanes.Add(TLanes.Add(j, k), l);
        return TLanes.Sum(TLanes.Add(TLanes.Add(abc, def), TLanes.Add(ghi, jkl)));
    }

    /// <summary>The sum of floats read from first to last, eight vectors per step.</summary>
    /// <param name="start">The first float.</param>
    /// <param name="length">Number of floats: a multiple of eight vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumInOrder(ref readonly float start, int length)
    {
        int count = TLanes.Count;
        TVector a = TLanes.Create(0), b = TLanes.Create(0), c = TLanes.Create(0), d = TLanes.Create(0);
        for (nint at = 0; at < length; at += 8 * count)
        {
            a = TLanes.Add(a, TLanes.Load(in start, at));
            b = TLanes.Add(b, TLanes.Load(in start, at + count));
            c = TLanes.Add(c, TLanes.Load(in start, at + (2 * count)));
            d = TLanes.Add(d, TLanes.Load(in start, at + (3 * count)));
            a = TLanes.Add(a, TLanes.Load(in start, at + (4 * count)));
            b = TLanes.Add(b, TLanes.Load(in start, at + (5 * count)));
            c = TLanes.Add(c, TLanes.Load(in start, at + (6 * count)));
            d = TLanes.Add(d, TLanes.Load(in start, at + (7 * count)));
        }

        return TLanes.Sum(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)));
    }

    /// <summary>The sum of floats read from four places at the same time.</summary>
    /// <param name="start">The first float.</param>
    /// <param name="length">Number of floats: a multiple of four times <paramref name="distance"/>.</param>
    /// <param name="distance">Distance between the places: a multiple of a vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumInStreams(ref readonly float start, int length, int distance)
    {
        TVector a = TLanes.Create(0), b = TLanes.Create(0), c = TLanes.Create(0), d = TLanes.Create(0);
        nint apart = distance;
        for (nint block = 0; block < length; block += 4 * apart)
        {
            for (nint at = block; at < block + apart; at += TLanes.Count)
            {
                a = TLanes.Add(a, TLanes.Load(in start, at));
                b = TLanes.Add(b, TLanes.Load(in start, at + apart));
                c = TLanes.Add(c, TLanes.Load(in start, at + (2 * apart)));
                d = TLanes.Add(d, TLanes.Load(in start, at + (3 * apart)));
            }
        }

        return TLanes.Sum(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)));
    }
}
