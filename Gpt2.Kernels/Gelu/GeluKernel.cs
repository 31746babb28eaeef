// The activation function of GPT-2's feed-forward layer, in the tanh approximation that GPT-2 was trained with.

using Gpt2.Kernels.Activation;

namespace Gpt2.Kernels.Gelu;

/// <summary>
/// Gaussian error linear unit, tanh form: gelu(x) = 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
/// Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2.
/// </summary>
/// <remarks>
/// NaN gives NaN, +∞ gives +∞, −∞ gives NaN (−∞ · 0, as the formula says). The Vector and Tuned rungs use the identity
/// 0.5·(1 + tanh u) = 1 / (1 + e^(−2u)); all rungs agree to 1e-6 absolute or relative, whichever is larger.
/// Backward, with t = tanh(u), u = √(2/π)·(x + 0.044715·x³): gelu′(x) = 0.5·(1 + t) + 0.5·x·(1 − t²)·√(2/π)·(1 + 3·0.044715·x²). Outside ±11
/// the slope is exactly 1 or 0.
/// </remarks>
public abstract class GeluKernel : ActivationKernel
{
    private protected const float SqrtTwoOverPi = 0.7978845608028654f;
    private protected const float Cubic = 0.044715f;

    /// <summary>
    /// From this input on the slope is 1 or 0 in single precision, while u and its slope are still finite.
    /// </summary>
    private protected const float Saturation = 11;

    /// <summary>
    /// One element at a time: for the rungs that have nothing faster, and for the remainder of vectors.
    /// </summary>
    private protected override void RunBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        for (int i = 0; i < input.Length; i++)
        {
            float x = Math.Clamp(input[i], -Saturation, Saturation);
            float tanh = MathF.Tanh(SqrtTwoOverPi * (x + (Cubic * x * x * x)));
            float slope = SqrtTwoOverPi * (1 + (3 * Cubic * x * x));
            inputGradient[i] = outputGradient[i] * ((0.5f * (1 + tanh)) + (0.5f * x * (1 - (tanh * tanh)) * slope));
        }
    }
}
