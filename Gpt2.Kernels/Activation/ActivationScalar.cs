// The Scalar rung of the activation functions other than GPT-2's: their formulas, rounded once.

namespace Gpt2.Kernels.Activation;

internal sealed class ActivationScalar(ActivationFunction function) : ActivationKernel
{
    /// <summary>Beyond this the slopes of all functions are their limits in single precision.</summary>
    public const float Saturation = 100;

    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (float)ActivationFormulas.ValueOf(function, input[i]);
        }
    }

    private protected override void RunBackward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        for (int i = 0; i < input.Length; i++)
        {
            inputGradient[i] = (float)(outputGradient[i] * ActivationFormulas.SlopeOf(function, Math.Clamp(input[i], -Saturation, Saturation)));
        }
    }
}
