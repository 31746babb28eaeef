// The optimiser's update of one tensor, and the sum of squares that gradients are clipped by.

namespace Gpt2.Kernels.AdamW;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", algorithm 2):
/// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w = w − η·λ·w − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
/// </summary>
/// <remarks>
/// In single precision. On the rungs above Scalar an update differs from Scalar's by at most 1e-6 of the numbers that
/// are added. NaN and infinities follow IEEE 754.
/// </remarks>
public abstract class AdamWKernel
{
    /// <summary>
    /// Updates a tensor and its two means in place. The four spans have equal lengths and do not overlap.
    /// </summary>
    /// <param name="gradients">g</param>
    /// <param name="settings">The rates.</param>
    /// <param name="weights">w, updated.</param>
    /// <param name="means">m, updated.</param>
    /// <param name="squares">v, updated.</param>
    /// <param name="clearGradients">
    /// Whether to set the gradients to 0; on the Tuned rung this costs no extra pass.
    /// </param>
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

    /// <summary>Updates one element: the definition, also used for the remainder of vectors.</summary>
    private protected static void UpdateOne(float given, in Factors f, ref float weight, ref float mean, ref float square)
    {
        float gradient = given * f.GradientScale;
        mean = (mean * f.Beta1) + (gradient * f.Rest1);
        square = (square * f.Beta2) + (gradient * gradient * f.Rest2);
        weight = (weight * f.Keep) - (f.Rate * mean / (MathF.Sqrt(square * f.Correction2) + f.Epsilon));
    }

    /// <summary>The settings as factors, the form in which the formula needs them.</summary>
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
