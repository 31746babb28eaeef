// Rows times panels of bfloat16: the register tile of the float product, which widens the weights as it reads them.

using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>Sums in the order of the inputs, like the float product, and so with the same bits.</summary>
internal readonly struct BFloat16Kind<TLanes, TVector, TInts> : IReducedKind
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
{
    public static int MR => TLanes.MR;

    public static int RowLength(int inner) => inner;

    public static int PanelLength(int inner) => inner * BFloat16.LineLength;

    public static void Prepare(ReadOnlySpan<float> input, int rows, int inner, Span<float> prepared) => input.CopyTo(prepared);

    public static int PanelsTogether(int rows, int panels, int threads) =>
        Math.Max(1, FewRows<TLanes, TVector, BFloat16Panel<TLanes, TVector, TInts>>.PanelsOf(rows, panels, threads));

    public static void Multiply(ReadOnlySpan<float> prepared, int rows, int inner, ReadOnlySpan<uint> panels, Span<float> tile)
    {
        var layout = Layout.RowMajor(inner);
        int panelLength = PanelLength(inner), count = panels.Length / panelLength, width = count * Panels.Width;
        ref readonly float left = ref MemoryMarshal.GetReference(prepared);
        ReadOnlySpan<float> right = MemoryMarshal.Cast<uint, float>(panels);
        if (count == FewRows<TLanes, TVector, BFloat16Panel<TLanes, TVector, TInts>>.PanelsOf(rows))
        {
            FewRows<TLanes, TVector, BFloat16Panel<TLanes, TVector, TInts>>.Compute(
                rows, in left, layout, in right[0], panelLength, inner, in tile[0], width, ref tile[0], width);
            return;
        }

        for (int panel = 0; panel < count; panel++)
        {
            for (int i = 0; i < BFloat16.LineLength; i += TLanes.Count)
            {
                ref float columns = ref tile[(panel * Panels.Width) + i];
                MicroKernel<TLanes, TVector, BFloat16Panel<TLanes, TVector, TInts>>.Compute(
                    rows, in left, layout, in right[(panel * panelLength) + i], inner, in columns, width, ref columns, width);
            }
        }
    }
}
