// The Tuned rung of the activation functions other than GPT-2's: one pass over memory in each direction, in the widest vectors the
// processor has, with the exponential of GeluTuned. The functions themselves are in TunedFunctions.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Activation;

/// <summary>A function of each lane, and its slope.</summary>
internal interface ILaneFunction<TVector>
    where TVector : struct
{
    public static abstract TVector ValueOf(TVector x);

    /// <summary>The slope at lanes within ±<see cref="ActivationScalar.Saturation"/> or NaN.</summary>
    public static abstract TVector SlopeOf(TVector x);
}

/// <summary>Makes the kernel of a function.</summary>
internal static class ActivationTuned
{
    public static ActivationKernel Create<TLanes, TVector>(ActivationFunction function, ThreadTeam team)
        where TLanes : ILanes<TVector>
        where TVector : struct => function switch
        {
            ActivationFunction.GeluErf => new ActivationTuned<TLanes, TVector, TunedGeluErf<TLanes, TVector>>(team),
            ActivationFunction.QuickGelu => new ActivationTuned<TLanes, TVector, TunedSigmoidShare<TLanes, TVector, QuickSteepness>>(team),
            ActivationFunction.Relu => new ActivationTuned<TLanes, TVector, TunedRelu<TLanes, TVector>>(team),
            ActivationFunction.Silu => new ActivationTuned<TLanes, TVector, TunedSigmoidShare<TLanes, TVector, UnitSteepness>>(team),
            ActivationFunction.Tanh => new ActivationTuned<TLanes, TVector, TunedTanh<TLanes, TVector>>(team),
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "no definition here"),
        };
}

internal sealed class ActivationTuned<TLanes, TVector, TFunction>(ThreadTeam team) : ActivationKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TFunction : struct, ILaneFunction<TVector>
{
    private const int Worthwhile = 2048;

    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) =>
        ElementWise<TLanes, TVector>.Apply(new Forward { Input = ref MemoryMarshal.GetReference(input) }, output, Worthwhile, team);

    private protected override void RunBackward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        var formula = new Slope { Input = ref MemoryMarshal.GetReference(input), Gradient = ref MemoryMarshal.GetReference(outputGradient) };
        ElementWise<TLanes, TVector>.Apply(formula, inputGradient, Worthwhile, team);
    }

    private ref struct Forward : IFormula<TVector>
    {
        public ref readonly float Input;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct => TFunction.ValueOf(load.Of(in Input, index));
    }

    private ref struct Slope : IFormula<TVector>
    {
        public ref readonly float Input, Gradient;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct
        {
            TVector x = TLanes.Clamp(load.Of(in Input, index), -ActivationScalar.Saturation, ActivationScalar.Saturation);
            return TLanes.Multiply(load.Of(in Gradient, index), TFunction.SlopeOf(x));
        }
    }
}
