// The Tuned rung of ReducedMatMul: one product for all types, with one kind of tile for bfloat16 and one for whole
// numbers.

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>The results are the same bits with any number of threads.</summary>
internal sealed class ReducedMatMulTuned<TLanes, TVector, TInts>(ThreadTeam team) : ReducedMatMulKernel
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
{
    private protected override void MultiplyPanels(
        WeightType type, ReadOnlySpan<float> input, ReadOnlySpan<byte> panels, ReadOnlySpan<float> bias, int rows, int inner, int columns,
        Span<float> product)
    {
        var whole = new ReducedProduct
        {
            Input = input,
            Panels = MemoryMarshal.Cast<byte, uint>(panels),
            Bias = bias,
            Result = product,
            Rows = rows,
            Inner = inner,
            Columns = columns,
        };
        switch (type)
        {
            case WeightType.BFloat16:
                ReducedProduct<BFloat16Kind<TLanes, TVector, TInts>>.Run(whole, team);
                break;
            case WeightType.Int8:
                ReducedProduct<QuantisedKind<TLanes, TVector, TInts, Int8>>.Run(whole, team);
                break;
            default:
                ReducedProduct<QuantisedKind<TLanes, TVector, TInts, Int4>>.Run(whole, team);
                break;
        }
    }
}

/// <summary>Creates the Tuned rung with vectors of one width.</summary>
internal static class ReducedMatMulTuned
{
    public static ReducedMatMulKernel Create(ThreadTeam team, int vectorBits) => vectorBits switch
    {
        512 => new ReducedMatMulTuned<Lanes512, Vector512<float>, Vector512<int>>(team),
        256 => new ReducedMatMulTuned<Lanes256, Vector256<float>, Vector256<int>>(team),
        _ => new ReducedMatMulTuned<Lanes128, Vector128<float>, Vector128<int>>(team),
    };
}
