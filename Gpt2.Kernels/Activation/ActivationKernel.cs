// What every activation function has in common: it is applied to each element by itself, and so is its slope in the backward pass.

namespace Gpt2.Kernels.Activation;

/// <summary>An <see cref="ActivationFunction"/> in the implementation of one rung.</summary>
/// <remarks>
/// NaN gives NaN, and infinities give what the formula says: of the functions that are x times a share, +∞ gives +∞, and −∞ gives NaN
/// (−∞ · 0). All rungs agree to 1e-6 absolute or relative, whichever is larger.
/// </remarks>
public abstract class ActivationKernel
{
    private protected ActivationKernel()
    {
    }

    /// <summary>Applies the function to every element. <paramref name="output"/> must not overlap the input.</summary>
    /// <exception cref="ArgumentException">The lengths differ or the spans overlap.</exception>
    public void Apply(ReadOnlySpan<float> input, Span<float> output)
    {
        Require.Length(output.Length, input.Length);
        Require.Apart(input, output);
        Run(input, output);
    }

    /// <summary>Backward: inputGradient = outputGradient × the function's slope at the input.</summary>
    /// <remarks>
    /// Far from 0 the slope is that of the limit, 1 or 0, for infinities too; NaN gives NaN, except that the slope of max(x, 0) there is
    /// 1. All rungs agree with the formula to 2e-6 of the incoming gradient.
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

    private protected abstract void RunBackward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient);
}
