// Rows times panels of whole numbers: rows are rounded to 16-bit words, and tiles of sums run down a panel group by
// group.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>
/// Exact sums of whole numbers for each group, which are scaled and added in the order of the groups.
/// </summary>
internal readonly struct QuantisedKind<TLanes, TVector, TInts, TType> : IReducedKind
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
    where TType : struct, IQuantisedType
{
    public static int MR => TLanes.HasDots ? DotTile<TType>.Rows : TLanes.SumRows;

    public static int RowLength(int inner) => QuantisedRows<TLanes, TVector, TInts, TType>.RowLength(inner);

    public static int PanelLength(int inner) => QuantisedPanel<TType>.Length(inner);

    public static void Prepare(ReadOnlySpan<float> input, int rows, int inner, Span<float> prepared) =>
        QuantisedRows<TLanes, TVector, TInts, TType>.Round(input, rows, inner, MemoryMarshal.Cast<float, int>(prepared));

    public static int PanelsTogether(int rows, int panels, int threads) => 1; // several in turn, a group from each, were slower

    public static void Multiply(ReadOnlySpan<float> prepared, int rows, int inner, ReadOnlySpan<uint> panels, Span<float> tile)
    {
        ref readonly int left = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, int>(prepared));
        if (rows > 1 || TLanes.HasDots)
        {
            MultiplyRows(in left, rows, inner, in panels[0], ref tile[0]);
            return;
        }

        for (int i = 0; i < BFloat16.LineLength; i += TLanes.Count)
        {
            SumRow<TLanes, TVector, TInts, TType>.Add(in left, in panels[i], inner, ref tile[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRows(ref readonly int left, int rows, int inner, ref readonly uint panel, ref float tile)
    {
        nint leftAt = 0, groupAt = 0;
        for (int k = 0; k < inner; k += TType.Group)
        {
            int depth = Math.Min(TType.Group, inner - k), linePairs = QuantisedPanel<TType>.LinePairs(depth);
            ref readonly int leftGroup = ref Elements.At(in left, leftAt);
            for (int i = 0; i < BFloat16.LineLength; i += TLanes.Count)
            {
                ref readonly uint group = ref Elements.At(in panel, groupAt + i);
                ref float columns = ref Unsafe.Add(ref tile, i);
                if (TLanes.HasDots)
                {
                    DotTile<TType>.Add(rows, in leftGroup, in group, linePairs, ref columns);
                }
                else
                {
                    SumTile<TLanes, TVector, TInts, TType>.Add(rows, in leftGroup, in group, linePairs, ref columns);
                }
            }

            leftAt += (2 + QuantisedRows<TLanes, TVector, TInts, TType>.Pairs(depth)) * rows;
            groupAt += QuantisedPanel<TType>.GroupLength(depth);
        }
    }
}
