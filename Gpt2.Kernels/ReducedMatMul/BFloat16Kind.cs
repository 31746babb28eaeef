// Rows times panels of bfloat16: the register tile of the float product, which widens the weights as it reads them.

using System.Runtime.CompilerServices;
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

    public static void Multiply(ReadOnlySpan<float> prepared, int rows, int inner, ReadOnlySpan<uint> panel, Span<float> tile)
    {
        var layout = Layout.RowMajor(inner);
        ref readonly float left = ref MemoryMarshal.GetReference(prepared);
        ref readonly float right = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<uint, float>(panel));
        ref float target = ref MemoryMarshal.GetReference(tile);
        for (int i = 0; i < BFloat16.LineLength; i += TLanes.Count)
        {
            ref float columns = ref Unsafe.Add(ref target, i);
            if (rows == 1 && i + TLanes.Count < BFloat16.LineLength)
            {
                MicroKernel<TLanes, TVector, BFloat16Panel<TLanes, TVector, TInts>>.ComputeTwo(
                    in left, layout, in Elements.At(in right, i), TLanes.Count, inner, in columns, ref columns);
                i += TLanes.Count;
            }
            else
            {
                MicroKernel<TLanes, TVector, BFloat16Panel<TLanes, TVector, TInts>>.Compute(
                    rows, in left, layout, in Elements.At(in right, i), inner, in columns, Panels.Width, ref columns, Panels.Width);
            }
        }
    }
}
