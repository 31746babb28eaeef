// The optimiser: the running means of gradients and of their squares, and the update of all weights.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;

namespace Gpt2.Core.Training;

/// <summary>How weights are updated.</summary>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of their squares.</param>
/// <param name="Epsilon">Keeps the division finite.</param>
/// <param name="WeightDecay">Decoupled weight decay of matrices; gains and biases do not decay.</param>
/// <param name="ClipNorm">The maximum norm of all gradients together; 0 for no limit.</param>
public sealed record OptimizerSettings(
    float Beta1 = 0.9f, float Beta2 = 0.95f, float Epsilon = 1e-8f, float WeightDecay = 0.1f, float ClipNorm = 1);

/// <summary>AdamW over all weights of a model, with clipping of the global norm.</summary>
internal sealed class AdamWOptimizer(Gpt2Config config, OptimizerSettings settings)
{
    private const double ClipEpsilon = 1e-6;

    /// <summary>m, in the shape of weights.</summary>
    public Gpt2Weights Means { get; } = new(config);

    /// <summary>v, in the shape of weights.</summary>
    public Gpt2Weights Squares { get; } = new(config);

    /// <summary>Number of updates done.</summary>
    public int Step { get; set; }

    /// <summary>Updates the weights.</summary>
    /// <param name="gradients">The gradients of the mean loss.</param>
    /// <param name="learningRate">The rate of this update.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="weights">The weights to update.</param>
    /// <param name="clearGradients">Whether to set the gradients to 0, ready for the next batch.</param>
    /// <returns>The norm of the gradients before clipping.</returns>
    /// <exception cref="Gpt2Exception">The gradients are not finite: training has diverged.</exception>
    public double Update(Gpt2Gradients gradients, float learningRate, KernelSet kernels, Gpt2Weights weights, bool clearGradients = false)
    {
        double norm = gradients.Norm(kernels);
        if (!double.IsFinite(norm))
        {
            throw new Gpt2Exception($"the gradients of step {Step + 1} are not finite: training has diverged")
            {
                Remedy = "take a lower --learning-rate",
            };
        }

        double clip = settings.ClipNorm > 0 ? Math.Min(1, settings.ClipNorm / (norm + ClipEpsilon)) : 1;
        Step++;
        using IEnumerator<Matrix> gradient = gradients.Weights.Matrices().GetEnumerator();
        using IEnumerator<Matrix> mean = Means.Matrices().GetEnumerator();
        using IEnumerator<Matrix> square = Squares.Matrices().GetEnumerator();
        foreach (Matrix weight in weights.Matrices())
        {
            _ = gradient.MoveNext() && mean.MoveNext() && square.MoveNext();
            float decay = IsVector(weight) ? 0 : settings.WeightDecay;
            kernels.AdamW.Update(
                gradient.Current.Span,
                new AdamWSettings(learningRate, settings.Beta1, settings.Beta2, settings.Epsilon, decay, (float)clip, Step),
                weight.Span, mean.Current.Span, square.Current.Span, clearGradients);
        }

        return norm;
    }

    /// <summary>Recognises gains and biases by name: a matrix with one row is still a matrix.</summary>
    private static bool IsVector(Matrix weight) =>
        weight.Name.EndsWith("/g", StringComparison.Ordinal) || weight.Name.EndsWith("/b", StringComparison.Ordinal);
}
