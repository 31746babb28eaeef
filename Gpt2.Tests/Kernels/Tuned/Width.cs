// The widths of vectors that this processor has, as data of theories: the tuned kernels are the same code for each.

using System.Runtime.Intrinsics;
using Gpt2.Kernels;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Tests.Kernels.Tuned;

/// <summary>A width, or what represents an old processor.</summary>
public enum Width
{
    Bits128,
    Bits256,
    Bits512,

    /// <summary>128 bits without a fused multiply-add.</summary>
    Unfused,
}

internal static class Widths
{
    public static TheoryData<Width> All() =>
    [
        .. Enum.GetValues<Width>().Where(width => width switch
        {
            Width.Bits512 => VectorWidth.Possible.Contains(512),
            Width.Bits256 => VectorWidth.Possible.Contains(256),
            _ => true,
        }),
    ];

    /// <summary>The Tuned rung in vectors of a width, on one thread.</summary>
    public static KernelSet Kernels(Width width)
    {
        var team = ThreadTeam.Of(1);
        return width switch
        {
            Width.Bits512 => KernelSet.CreateTuned<Lanes512, Vector512<float>>(team),
            Width.Bits256 => KernelSet.CreateTuned<Lanes256, Vector256<float>>(team),
            Width.Bits128 => KernelSet.CreateTuned<Lanes128, Vector128<float>>(team),
            _ => KernelSet.CreateTuned<UnfusedLanes, Vector128<float>>(team),
        };
    }
}
