// The optimiser's update of one tensor, and the sum of squares that gradients are clipped by.

using System.Numerics;
using System.Runtime.InteropServices;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

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
/// <remarks>
/// In single precision. An update on the rungs above Scalar differs from Scalar's by at most 1e-6 of the numbers that are
/// added. NaN and infinities follow IEEE 754.
/// </remarks>
public abstract class AdamW
{
    /// <summary>Updates a tensor and its two means in place. The four are equally long and apart in memory.</summary>
    /// <param name="gradients">g</param>
    /// <param name="settings">The rates.</param>
    /// <param name="weights">w, updated.</param>
    /// <param name="means">m, updated.</param>
    /// <param name="squares">v, updated.</param>
    /// <param name="clearGradients">Whether the gradients are 0 afterwards; on the Tuned rung this costs no pass of its own.</param>
    /// <exception cref="ArgumentException">The lengths differ, or memory overlaps.</exception>
    public void Update(
        Span<float> gradients, in AdamWSettings settings, Span<float> weights, Span<float> means, Span<float> squares,
        bool clearGradients = false)
    {
        Require.Length(gradients.Length, weights.Length);
        Require.Length(means.Length, weights.Length);
        Require.Length(squares.Length, weights.Length);
        Require.Apart(gradients, weights);
        Require.Apart(gradients, means);
        Require.Apart(gradients, squares);
        Require.Apart(weights, means);
        Require.Apart(weights, squares);
        Require.Apart(means, squares);
        Run(gradients, new Factors(settings), weights, means, squares, clearGradients);
    }

    /// <summary>Σ values², in double precision, so that it neither overflows nor depends much on the order.</summary>
    public abstract double SumOfSquares(ReadOnlySpan<float> values);

    private protected abstract void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients);

    /// <summary>One element, which is the definition and what is left over of vectors.</summary>
    private protected static void UpdateOne(float given, in Factors f, ref float weight, ref float mean, ref float square)
    {
        float gradient = given * f.GradientScale;
        mean = (mean * f.Beta1) + (gradient * f.Rest1);
        square = (square * f.Beta2) + (gradient * gradient * f.Rest2);
        weight = (weight * f.Keep) - (f.Rate * mean / (MathF.Sqrt(square * f.Correction2) + f.Epsilon));
    }

    /// <summary>The settings, as the formula multiplies by them.</summary>
    private protected readonly struct Factors(in AdamWSettings settings)
    {
        public readonly float GradientScale = settings.GradientScale;
        public readonly float Beta1 = settings.Beta1;
        public readonly float Rest1 = 1 - settings.Beta1;
        public readonly float Beta2 = settings.Beta2;
        public readonly float Rest2 = 1 - settings.Beta2;
        public readonly float Correction2 = (float)(1 / (1 - Math.Pow(settings.Beta2, settings.Step)));
        public readonly float Epsilon = settings.Epsilon;
        public readonly float Rate = (float)(settings.LearningRate / (1 - Math.Pow(settings.Beta1, settings.Step)));
        public readonly float Keep = 1 - (settings.LearningRate * settings.WeightDecay);
    }
}

internal sealed class AdamWScalar : AdamW
{
    public override double SumOfSquares(ReadOnlySpan<float> values)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            UpdateOne(gradients[i], factors, ref weights[i], ref means[i], ref squares[i]);
        }

        if (clearGradients)
        {
            gradients.Clear();
        }
    }
}

internal sealed class AdamWTensorPrimitives : AdamW
{
    private const int Block = 256; // what of intermediates is on the stack at a time

    public override double SumOfSquares(ReadOnlySpan<float> values)
    {
        Span<double> wide = stackalloc double[Block];
        double sum = 0;
        for (int start = 0; start < values.Length; start += Block)
        {
            ReadOnlySpan<float> block = values[start..Math.Min(start + Block, values.Length)];
            Tensors.ConvertTruncating(block, wide);
            sum += Tensors.SumOfSquares<double>(wide[..block.Length]);
        }

        return sum;
    }

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        Span<float> work = stackalloc float[Block];
        for (int start = 0; start < weights.Length; start += Block)
        {
            int length = Math.Min(Block, weights.Length - start);
            Span<float> w = weights.Slice(start, length), m = means.Slice(start, length), v = squares.Slice(start, length);
            Span<float> block = work[..length];
            Tensors.Multiply(gradients.Slice(start, length), factors.GradientScale, block);
            Tensors.Multiply(m, factors.Beta1, m);
            Tensors.MultiplyAdd(block, factors.Rest1, m, m);
            Tensors.Multiply(block, block, block);
            Tensors.Multiply(v, factors.Beta2, v);
            Tensors.MultiplyAdd(block, factors.Rest2, v, v);
            Tensors.Multiply(v, factors.Correction2, block);
            Tensors.Sqrt(block, block);
            Tensors.Add(block, factors.Epsilon, block);
            Tensors.Divide(m, block, block);
            Tensors.Multiply(w, factors.Keep, w);
            Tensors.MultiplyAdd(block, -factors.Rate, w, w);
        }

        if (clearGradients)
        {
            gradients.Clear();
        }
    }
}

internal sealed class AdamWVector : AdamW
{
    public override double SumOfSquares(ReadOnlySpan<float> values)
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

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        ref float g = ref MemoryMarshal.GetReference(gradients);
        ref float w = ref MemoryMarshal.GetReference(weights);
        ref float m = ref MemoryMarshal.GetReference(means);
        ref float v = ref MemoryMarshal.GetReference(squares);

        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.LoadUnsafe(ref g, (nuint)i) * factors.GradientScale;
            Vector<float> mean = (Vector.LoadUnsafe(ref m, (nuint)i) * factors.Beta1) + (gradient * factors.Rest1);
            Vector<float> square = (Vector.LoadUnsafe(ref v, (nuint)i) * factors.Beta2) + (gradient * gradient * factors.Rest2);
            Vector<float> root = Vector.SquareRoot(square * factors.Correction2) + new Vector<float>(factors.Epsilon);
            Vector<float> weight = (Vector.LoadUnsafe(ref w, (nuint)i) * factors.Keep) - (factors.Rate * mean / root);
            mean.StoreUnsafe(ref m, (nuint)i);
            square.StoreUnsafe(ref v, (nuint)i);
            weight.StoreUnsafe(ref w, (nuint)i);
        }

        for (; i < weights.Length; i++)
        {
            UpdateOne(gradients[i], factors, ref weights[i], ref means[i], ref squares[i]);
        }

        if (clearGradients)
        {
            gradients.Clear();
        }
    }
}
