// The Tuned rung of GELU: one pass over memory in each direction, with its own exponential.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Gelu;

/// <summary>0.5·(1 + tanh u) = 1 / (1 + e^(−2u)), so gelu(x) = x / (1 + e^(−2u)).</summary>
internal sealed class GeluTuned<TLanes, TVector>(ThreadTeam team) : GeluKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    // −2u = x · (Linear + ThirdPower · x²)
    private const float Linear = -2 * SqrtTwoOverPi;
    private const float ThirdPower = -2 * SqrtTwoOverPi * Cubic;

    private const int Worthwhile = 2048;

    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) =>
        ElementWise<TLanes, TVector>.Apply(new Forward { Input = ref MemoryMarshal.GetReference(input) }, output, Worthwhile, team);

    private protected override void RunBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        var formula = new Slope { Input = ref MemoryMarshal.GetReference(input), Gradient = ref MemoryMarshal.GetReference(outputGradient) };
        ElementWise<TLanes, TVector>.Apply(formula, inputGradient, Worthwhile, team);
    }

    private ref struct Forward : IFormula<TVector>
    {
        public ref readonly float Input;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct
        {
            // x / (1 + e^(x · (Linear + ThirdPower · x²)))
            TVector x = load.Of(in Input, index);
            TVector inner = TLanes.MultiplyAdd(TLanes.Multiply(x, x), TLanes.Create(ThirdPower), TLanes.Create(Linear));
            TVector exponential = Exponential<TLanes, TVector>.Of(TLanes.Multiply(x, inner));
            return TLanes.Divide(x, TLanes.Add(exponential, TLanes.Create(1)));
        }
    }

    /// <summary>
    /// With s = 1 / (1 + e^(−2u)): gelu′(x) = s + x · 2u′ · (1 − s) · s, where 2u′ = −Linear − 3 · ThirdPower · x².
    /// </summary>
    private ref struct Slope : IFormula<TVector>
    {
        public ref readonly float Input, Gradient;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct
        {
            // s = 1 / (1 + e^(x · (Linear + ThirdPower · x²)))
            TVector x = TLanes.Clamp(load.Of(in Input, index), -Saturation, Saturation);
            TVector square = TLanes.Multiply(x, x);
            TVector inner = TLanes.MultiplyAdd(square, TLanes.Create(ThirdPower), TLanes.Create(Linear));
            TVector exponential = Exponential<TLanes, TVector>.OfBounded(TLanes.Multiply(x, inner));
            TVector s = TLanes.Divide(TLanes.Create(1), TLanes.Add(exponential, TLanes.Create(1)));

            // 1 − s is computed as e^(−2u) · s, which loses no digits where s is near 1. It is limited because ∞ · 0
            // would be NaN.
            TVector rest = TLanes.Multiply(TLanes.Clamp(exponential, 0, 1e38f), s);

            // gradient · (s + x · (−Linear − 3 · ThirdPower · x²) · (1 − s) · s)
            TVector twice = TLanes.MultiplyAdd(square, TLanes.Create(-3 * ThirdPower), TLanes.Create(-Linear));
            TVector change = TLanes.Multiply(TLanes.Multiply(x, twice), rest);
            return TLanes.Multiply(load.Of(in Gradient, index), TLanes.MultiplyAdd(change, s, s));
        }
    }
}
