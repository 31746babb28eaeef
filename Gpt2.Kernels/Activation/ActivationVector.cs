// The Vector rung of the activation functions other than GPT-2's, and that of TensorPrimitives: one pass over memory in portable vectors.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Activation;

/// <summary>Every element is computed the same way, wherever it is.</summary>
internal sealed class ActivationVector(ActivationFunction function) : ActivationKernel
{
    private const float SqrtHalf = 0.70710678118654752f;

    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) => Apply(input, default, output);

    private protected override void RunBackward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient) =>
        Apply(input, outputGradient, inputGradient);

    private Vector<float> ValueOf(Vector<float> x) => function switch
    {
        ActivationFunction.GeluErf => 0.5f * x * (Vector<float>.One + ErrorFunction.Of(x * SqrtHalf)),
        ActivationFunction.QuickGelu => x / (Vector<float>.One + Vector.Exp(-ActivationFormulas.QuickSteepness * x)),
        ActivationFunction.Relu => Vector.Max(x, Vector<float>.Zero),
        ActivationFunction.Silu => x / (Vector<float>.One + Vector.Exp(-x)),
        ActivationFunction.Tanh => Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(x), function, "no definition here"),
    };

    private Vector<float> SlopeOf(Vector<float> x) => function switch
    {
        ActivationFunction.GeluErf => (0.5f * (Vector<float>.One + ErrorFunction.Of(x * SqrtHalf)))
            + (x * ActivationFormulas.DensityAtZero * Vector.Exp(-0.5f * x * x)),
        ActivationFunction.QuickGelu => SigmoidSlope(ActivationFormulas.QuickSteepness, x),
        ActivationFunction.Relu => Vector.ConditionalSelect(Vector.LessThanOrEqual(x, Vector<float>.Zero), Vector<float>.Zero, Vector<float>.One),
        ActivationFunction.Silu => SigmoidSlope(1, x),
        ActivationFunction.Tanh => Vector<float>.One - (Tanh(x) * Tanh(x)),
        _ => throw new ArgumentOutOfRangeException(nameof(x), function, "no definition here"),
    };

    /// <summary>With e = e^(−2·|x|), tanh(|x|) = (1 − e) / (1 + e); near 0, where that loses digits, the first terms of the series.</summary>
    private static Vector<float> Tanh(Vector<float> x)
    {
        Vector<float> e = Vector.Exp(-2 * Vector.Abs(x));
        Vector<float> far = Vector.CopySign((Vector<float>.One - e) / (Vector<float>.One + e), x), square = x * x;
        Vector<float> series = new Vector<float>(2 / 15f) + (square * (new Vector<float>(-17 / 315f) + (square * (62 / 2835f))));
        Vector<float> near = x + (x * square * (new Vector<float>(-1 / 3f) + (square * series)));
        return Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(x), new Vector<float>(0.25f)), near, far);
    }

    private static Vector<float> SigmoidSlope(float steepness, Vector<float> x)
    {
        Vector<float> s = Vector<float>.One / (Vector<float>.One + Vector.Exp(-steepness * x));
        return s + (steepness * x * s * (Vector<float>.One - s));
    }

    private void Apply(ReadOnlySpan<float> input, ReadOnlySpan<float> gradient, Span<float> result)
    {
        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ApplyAt(input, gradient, i, result);
        }

        if (i < input.Length)
        {
            // The end is computed in a vector of its own, as all others are.
            int rest = input.Length - i;
            Span<float> all = stackalloc float[3 * Vector<float>.Count];
            all.Clear();
            Span<float> lastInput = all[..Vector<float>.Count], lastResult = all[(2 * Vector<float>.Count)..];
            Span<float> lastGradient = gradient.IsEmpty ? default : all.Slice(Vector<float>.Count, Vector<float>.Count);
            input[i..].CopyTo(lastInput);
            gradient[Math.Min(i, gradient.Length)..].CopyTo(lastGradient);
            ApplyAt(lastInput, lastGradient, 0, lastResult);
            lastResult[..rest].CopyTo(result[i..]);
        }
    }

    /// <summary>One vector: the function, or if there is a gradient, that times the slope.</summary>
    private void ApplyAt(ReadOnlySpan<float> input, ReadOnlySpan<float> gradient, int i, Span<float> result)
    {
        Vector<float> x = Vector.LoadUnsafe(in MemoryMarshal.GetReference(input), (nuint)i);
        if (gradient.IsEmpty)
        {
            ValueOf(x).StoreUnsafe(ref MemoryMarshal.GetReference(result), (nuint)i);
            return;
        }

        var limit = new Vector<float>(ActivationScalar.Saturation);
        Vector<float> slope = SlopeOf(Vector.Min(Vector.Max(x, -limit), limit));
        Vector<float> given = Vector.LoadUnsafe(in MemoryMarshal.GetReference(gradient), (nuint)i);
        (given * slope).StoreUnsafe(ref MemoryMarshal.GetReference(result), (nuint)i);
    }
}
