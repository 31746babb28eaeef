// One row times a panel of whole numbers. A generated token is limited by memory, if the arithmetic keeps up: so the row
// goes down the whole panel in one loop, the columns' sums stay in registers from group to group, and four-bit weights
// are multiplied where they are in their word instead of being shifted out of it.

using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>A <see cref="SumTile{TLanes, TVector, TInts, TType}"/> of one row, for all groups: the same sums, the same bits.</summary>
internal static class SumRow<TLanes, TVector, TInts, TType>
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
    where TType : struct, IQuantisedType
{
    /// <summary>Adds the products of some columns: those of one vector, and those 16 columns after them.</summary>
    /// <param name="left">The row's <see cref="QuantisedRows{TLanes, TVector, TInts, TType}"/>.</param>
    /// <param name="panel">The panel, beginning with the first column.</param>
    /// <param name="inner">Number of inputs.</param>
    /// <param name="sums">The columns' sums, beginning with the first column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(ref readonly int left, ref readonly uint panel, int inner, ref float sums)
    {
        TVector lower = TLanes.Load(in sums, 0), upper = TLanes.Load(in sums, Panels.Width / 2);
        nint leftAt = 0, at = 0;
        for (int k = 0; k < inner; k += TType.Group)
        {
            // Here the line of the columns' scales, then the lines of weights; in the row its start and scale, then its words.
            ref readonly float scales = ref Unsafe.As<uint, float>(ref Unsafe.AsRef(in Elements.At(in panel, at)));
            Prefetch.Ahead(in scales);
            TVector lowerScale = TLanes.LoadLower(in scales, 0), upperScale = TLanes.LoadUpper(in scales, 0);
            TInts start = TLanes.CreateInts(Elements.At(in left, leftAt));
            TVector scale = TLanes.Create(BitConverter.Int32BitsToSingle(Elements.At(in left, leftAt + 1)));
            leftAt += 2;
            at += BFloat16.LineLength;

            var first = new Column(start);
            var second = new Column(start);
            int linePairs = QuantisedPanel<TType>.LinePairs(Math.Min(TType.Group, inner - k));
            for (int i = 0; i < linePairs; i++)
            {
                ref readonly uint line = ref Elements.At(in panel, at);
                ref readonly int words = ref Elements.At(in left, leftAt);
                Prefetch.Ahead(in line);
                Prefetch.Ahead(in line, bytes: Prefetch.Line);
                first.Add(TLanes.LoadInts(in line, 0), in words);
                second.Add(TLanes.LoadInts(in line, BFloat16.LineLength), in words);
                leftAt += QuantisedPanel<TType>.PerInteger / 2;
                at += Panels.Width;
            }

            // (sum · scale of the row) · scale of the column + sums, as in a tile
            lower = TLanes.MultiplyAdd(TLanes.Multiply(TLanes.ToFloats(first.Sum), scale), lowerScale, lower);
            upper = TLanes.MultiplyAdd(TLanes.Multiply(TLanes.ToFloats(second.Sum), scale), upperScale, upper);
        }

        TLanes.Store(lower, ref sums, 0);
        TLanes.Store(upper, ref sums, Panels.Width / 2);
    }

    /// <summary>
    /// The sums of a group in a vector of columns, by the position of a weight in its word. Of four-bit weights, the second
    /// and third of a word count 16 and 256 times; a group is short enough for that: 8 inputs · 32767 · 15 · 256 is below 2³⁰.
    /// </summary>
    private struct Column
    {
        private TInts first, second, third, fourth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(TInts start)
        {
            first = start;
            second = third = fourth = TLanes.CreateInts(0);
        }

        public readonly TInts Sum
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => TType.Bits == 8
                ? TLanes.AddInts(first, second)
                : TLanes.AddInts(
                    TLanes.AddInts(first, TLanes.ShiftInts(second, 4)), TLanes.AddInts(TLanes.ShiftInts(third, 8), fourth));
        }

        /// <summary>Adds pairs of words of the row times the weights of a line.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(TInts weights, ref readonly int words)
        {
            if (TType.Bits == 8)
            {
                first = TLanes.AddProducts(first, TLanes.And(weights, TLanes.CreateInts(0x00FF_00FF)), TLanes.Repeat(in words));
                second = TLanes.AddProducts(second, TLanes.ShiftWords(weights, 8), TLanes.Repeat(in Elements.At(in words, 1)));
                return;
            }

            first = TLanes.AddProducts(first, TLanes.And(weights, TLanes.CreateInts(0x000F_000F)), TLanes.Repeat(in words));
            second = TLanes.AddProducts(second, TLanes.And(weights, TLanes.CreateInts(0x00F0_00F0)), TLanes.Repeat(in Elements.At(in words, 1)));
            third = TLanes.AddProducts(third, TLanes.And(weights, TLanes.CreateInts(0x0F00_0F00)), TLanes.Repeat(in Elements.At(in words, 2)));
            fourth = TLanes.AddProducts(fourth, TLanes.ShiftWords(weights, 12), TLanes.Repeat(in Elements.At(in words, 3)));
        }
    }
}
