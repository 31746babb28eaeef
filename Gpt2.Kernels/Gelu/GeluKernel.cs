// The activation function of GPT-2's feed-forward layer, in the tanh approximation that GPT-2 was trained with.

namespace Gpt2.Kernels.Gelu;

/// <summary>
/// Gaussian error linear unit, tanh form: gelu(x) = 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
/// Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2.
/// </summary>
/// <remarks>
/// NaN gives NaN, +∞ gives +∞, −∞ gives NaN (−∞ · 0, as the formula says). The Vector and Tuned rungs use the identity
/// 0.5·(1 + tanh u) = 1 / (1 + e^(−2u)); all rungs agree to 1e-6 absolute or relative, whichever is larger.
/// </remarks>
public abstract class GeluKernel
{
    private protected const float SqrtTwoOverPi = 0.7978845608028654f;
    private protected const float Cubic = 0.044715f;

    /// <summary>
    /// From this input on the slope is 1 or 0 in single precision, while u and its slope are still finite.
    /// </summary>
    private protected const float Saturation = 11;

    /// <summary>Applies the function to every element. <paramref name="output"/> must not overlap the input.</summary>
    /// <exception cref="ArgumentException">The lengths differ or the spans overlap.</exception>
    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        Require.Length(output.Length, input.Length);
        Require.Apart(input, output);
        Run(input, output);
    }

    /// <summary>
    /// Backward: inputGradient = outputGradient × gelu′(input), with t = tanh(u), u = √(2/π)·(x + 0.044715·x³) and
    /// gelu′(x) = 0.5·(1 + t) + 0.5·x·(1 − t²)·√(2/π)·(1 + 3·0.044715·x²).
    /// </summary>
    /// <remarks>
    /// Outside ±11 the slope is exactly 1 or 0, for infinities too; NaN gives NaN. All rungs agree with the formula to
    /// 2e-6 of the incoming gradient.
    /// </remarks>
    /// <param name="input">The input of <see cref="Apply"/>.</param>
    /// <param name="outputGradient">The gradient of its output.</param>
    /// <param name="inputGradient">The gradient of its input; may be <paramref name="outputGradient"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Backward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        Require.Length(outputGradient.Length, input.Length);
        Require.Length(inputGradient.Length, input.Length);
        Require.SameOrApart(outputGradient, inputGradient);
        Require.Apart(input, inputGradient);
        RunBackward(input, outputGradient, inputGradient);
    }

    private protected abstract void Run(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>
    /// One element at a time: for the rungs that have nothing faster, and for the remainder of vectors.
    /// </summary>
    private protected virtual void RunBackward(
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
