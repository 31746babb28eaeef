// The optimiser's update of one tensor, and the norm that gradients are clipped by.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels;

/// <summary>What an update needs to know beside the tensors.</summary>
/// <param name="LearningRate">η</param>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of their squares.</param>
/// <param name="Epsilon">ε, added to the root.</param>
/// <param name="WeightDecay">λ, 0 for tensors that do not decay.</param>
/// <param name="GradientScale">What the gradient is multiplied by first: the clipping coefficient.</param>
/// <param name="Step">Number of this update, from 1.</param>
public readonly record struct AdamWSettings(
    float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, float GradientScale, int Step);

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", algorithm 2):
/// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w = w − η·λ·w − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
/// </summary>
public static class AdamW
{
    /// <summary>Updates a tensor and its two means in place, in one pass over memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Update(
        ReadOnlySpan<float> gradients, in AdamWSettings settings, Span<float> weights, Span<float> means, Span<float> squares)
    {
        Require.Length(gradients.Length, weights.Length);
        Require.Length(means.Length, weights.Length);
        Require.Length(squares.Length, weights.Length);

        float correction1 = (float)(1 / (1 - Math.Pow(settings.Beta1, settings.Step)));
        float correction2 = (float)(1 / (1 - Math.Pow(settings.Beta2, settings.Step)));
        float keep = 1 - (settings.LearningRate * settings.WeightDecay);
        ref float g = ref MemoryMarshal.GetReference(gradients);
        ref float w = ref MemoryMarshal.GetReference(weights);
        ref float m = ref MemoryMarshal.GetReference(means);
        ref float v = ref MemoryMarshal.GetReference(squares);

        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.LoadUnsafe(ref g, (nuint)i) * settings.GradientScale;
            Vector<float> mean = (Vector.LoadUnsafe(ref m, (nuint)i) * settings.Beta1) + (gradient * (1 - settings.Beta1));
            Vector<float> square = (Vector.LoadUnsafe(ref v, (nuint)i) * settings.Beta2) + (gradient * gradient * (1 - settings.Beta2));
            Vector<float> root = Vector.SquareRoot(square * correction2) + new Vector<float>(settings.Epsilon);
            Vector<float> weight = (Vector.LoadUnsafe(ref w, (nuint)i) * keep) - (settings.LearningRate * (mean * correction1) / root);
            mean.StoreUnsafe(ref m, (nuint)i);
            square.StoreUnsafe(ref v, (nuint)i);
            weight.StoreUnsafe(ref w, (nuint)i);
        }

        for (; i < weights.Length; i++)
        {
            float gradient = gradients[i] * settings.GradientScale;
            means[i] = (means[i] * settings.Beta1) + (gradient * (1 - settings.Beta1));
            squares[i] = (squares[i] * settings.Beta2) + (gradient * gradient * (1 - settings.Beta2));
            float root = MathF.Sqrt(squares[i] * correction2) + settings.Epsilon;
            weights[i] = (weights[i] * keep) - (settings.LearningRate * (means[i] * correction1) / root);
        }
    }

    /// <summary>Σ values², in double precision.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> values)
    {
        Vector<double> sums = Vector<double>.Zero;
        ref float source = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref source, (nuint)i), out Vector<double> lower, out Vector<double> upper);
            sums += (lower * lower) + (upper * upper);
        }

        double sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }
}
