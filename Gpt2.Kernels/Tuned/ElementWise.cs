// Formulas in which each element depends only on the elements at the same index: written once, applied in whole vectors
// and in parts that are divided among threads.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>A formula over rows of the same length, which it holds.</summary>
internal interface IFormula<TVector>
    where TVector : struct
{
    /// <summary>The result vector at an index. Rows must be read with <paramref name="load"/>.</summary>
    public TVector At<TLoad>(TLoad load, nint index)
        where TLoad : ILoad<TVector>, allows ref struct;
}

/// <summary>How a formula reads a row.</summary>
internal interface ILoad<TVector>
    where TVector : struct
{
    public TVector Of(ref readonly float row, nint index);
}

/// <summary>
/// Applies formulas. Every element is computed the same way, wherever it is and whichever thread does it.
/// </summary>
internal static class ElementWise<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>result[i] = formula at i</summary>
    /// <param name="formula">
    /// The formula; its rows are as long as the result and are either the result itself or separate memory.
    /// </param>
    /// <param name="result">The result.</param>
    /// <param name="worthwhile">Minimum number of elements worth handing to another thread.</param>
    /// <param name="team">Threads to compute with.</param>
    public static void Apply<TFormula>(in TFormula formula, Span<float> result, int worthwhile, ThreadTeam team)
        where TFormula : struct, IFormula<TVector>, allows ref struct
    {
        int part = Cut.Elements(result.Length, worthwhile, team);
        var work = new Parts<TFormula> { Formula = formula, Result = result, Part = part };
        team.Run(ref work, Cut.Parts(result.Length, part));
    }

    /// <summary>The same for the elements from <paramref name="start"/> on, on this thread.</summary>
    /// <remarks>
    /// The end is a vector that overlaps the one before it. It is loaded before anything is stored, so working in place
    /// is correct too.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Apply<TFormula>(TFormula formula, int start, int length, ref float result)
        where TFormula : struct, IFormula<TVector>, allows ref struct
    {
        if (length < TLanes.Count)
        {
            Short(formula, start, length, ref result);
            return;
        }

        int last = start + length - TLanes.Count;
        TVector end = Single(formula, last);
        for (int i = start; i < last; i += TLanes.Count)
        {
            TLanes.Store(formula.At(default(Whole), i), ref result, i);
        }

        TLanes.Store(end, ref result, last);
    }

    // Separate methods, so that the compiler has only one formula to inline in each: it limits how much it inlines.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Single<TFormula>(TFormula formula, nint index)
        where TFormula : struct, IFormula<TVector>, allows ref struct => formula.At(default(Whole), index);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Short<TFormula>(TFormula formula, int start, int length, ref float result)
        where TFormula : struct, IFormula<TVector>, allows ref struct =>
        Rest<TLanes, TVector>.Store(formula.At(new Rest<TLanes, TVector>(length), start), ref Unsafe.Add(ref result, start), length);

    /// <summary>Reads whole vectors.</summary>
    internal readonly struct Whole : ILoad<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Of(ref readonly float row, nint index) => TLanes.Load(in row, index);
    }

    private ref struct Parts<TFormula> : IJob
        where TFormula : struct, IFormula<TVector>, allows ref struct
    {
        public TFormula Formula;
        public Span<float> Result;
        public int Part;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int part)
        {
            int start = part * Part;
            Apply(Formula, start, Math.Min(Part, Result.Length - start), ref MemoryMarshal.GetReference(Result));
        }
    }
}
