// The activation function of GPT-2's feed-forward layer, in the tanh approximation that GPT-2 was trained with.

using System.Numerics;
using System.Runtime.InteropServices;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

/// <summary>
/// Gaussian error linear unit, tanh form: gelu(x) = 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
/// Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2.
/// </summary>
/// <remarks>
/// NaN gives NaN, +∞ gives +∞, −∞ gives NaN (−∞ · 0, as the formula says). The Vector and Tuned rungs use the identity
/// 0.5·(1 + tanh u) = 1 / (1 + e^(−2u)); all rungs agree to 1e-6 absolute or relative, whichever is larger.
/// </remarks>
public abstract class Gelu
{
    private protected const float SqrtTwoOverPi = 0.7978845608028654f;
    private protected const float Cubic = 0.044715f;

    /// <summary>From here on the slope is 1 or 0 in single precision, while u and its slope are still finite.</summary>
    private protected const float Saturation = 11;

    /// <summary>Applies the function to every element. <paramref name="output"/> must not share memory with the input.</summary>
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
    /// Beyond ±11 the slope is exactly 1 or 0, for infinities too; NaN gives NaN. All rungs agree with the formula to 2e-6 of
    /// the gradient that comes in.
    /// </remarks>
    /// <param name="input">What <see cref="Apply"/> was given.</param>
    /// <param name="outputGradient">The gradient of its output.</param>
    /// <param name="inputGradient">The gradient of its input; may be the output's gradient itself.</param>
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

    /// <summary>One element at a time, for the rungs that have nothing faster and for what is left over of vectors.</summary>
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

internal sealed class GeluScalar : Gelu
{
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            float x = input[i];
            output[i] = 0.5f * x * (1 + MathF.Tanh(SqrtTwoOverPi * (x + (Cubic * x * x * x))));
        }
    }
}

internal sealed class GeluTensorPrimitives : Gelu
{
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        // One pass over memory per operation; the output holds every intermediate.
        Tensors.Multiply(input, input, output);             // x²
        Tensors.Multiply(output, input, output);            // x³
        Tensors.MultiplyAdd(output, Cubic, input, output);  // x + 0.044715x³
        Tensors.Multiply(output, SqrtTwoOverPi, output);
        Tensors.Tanh(output, output);
        Tensors.Add(output, 1, output);
        Tensors.Multiply(output, 0.5f, output);             // before the factor x, so that a large x stays finite
        Tensors.Multiply(output, input, output);
    }
}

internal sealed class GeluVector : Gelu
{
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        ref float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = Vector.LoadUnsafe(ref source, (nuint)i);
            Vector<float> minusTwoU = -2 * SqrtTwoOverPi * (x + (Cubic * x * x * x));
            (x / (Vector<float>.One + Vector.Exp(minusTwoU))).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            float x = input[i];
            output[i] = x / (1 + MathF.Exp(-2 * SqrtTwoOverPi * (x + (Cubic * x * x * x))));
        }
    }

    private protected override void RunBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        ref float source = ref MemoryMarshal.GetReference(input);
        ref float given = ref MemoryMarshal.GetReference(outputGradient);
        ref float destination = ref MemoryMarshal.GetReference(inputGradient);
        var limit = new Vector<float>(Saturation);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            // With s = 1 / (1 + e^(−2u)): 0.5·(1 + t) = s and 0.5·(1 − t²) = 2·s·(1 − s).
            Vector<float> x = Vector.Min(Vector.Max(Vector.LoadUnsafe(ref source, (nuint)i), -limit), limit);
            Vector<float> square = x * x;
            Vector<float> s = Vector<float>.One
                / (Vector<float>.One + Vector.Exp(-2 * SqrtTwoOverPi * (x + (Cubic * square * x))));
            Vector<float> slope = SqrtTwoOverPi * (Vector<float>.One + (3 * Cubic * square));
            Vector<float> derivative = s + (2 * x * s * (Vector<float>.One - s) * slope);
            (Vector.LoadUnsafe(ref given, (nuint)i) * derivative).StoreUnsafe(ref destination, (nuint)i);
        }

        base.RunBackward(input[i..], outputGradient[i..], inputGradient[i..]);
    }
}
