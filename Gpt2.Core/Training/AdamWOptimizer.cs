// The optimiser of a whole model: the running means of gradients and of their squares have the shape of its weights.
// MatrixOptimizer does the update.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Kernels;

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
internal sealed class AdamWOptimizer
{
    public AdamWOptimizer(Gpt2Config config, OptimizerSettings settings)
    {
        Means = new Gpt2Weights(config);
        Squares = new Gpt2Weights(config);
        OfMatrices = new MatrixOptimizer([.. Means.Matrices()], [.. Squares.Matrices()], settings);
    }

    /// <summary>The same state as matrices.</summary>
    public MatrixOptimizer OfMatrices { get; }

    /// <summary>m, in the shape of weights.</summary>
    public Gpt2Weights Means { get; }

    /// <summary>v, in the shape of weights.</summary>
    public Gpt2Weights Squares { get; }

    /// <summary>Number of updates done.</summary>
    public int Step
    {
        get => OfMatrices.Step;
        set => OfMatrices.Step = value;
    }

    /// <summary>Updates the weights.</summary>
    /// <param name="gradients">The gradients of the mean loss.</param>
    /// <param name="learningRate">The rate of this update.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="weights">The weights to update.</param>
    /// <param name="clearGradients">Whether to set the gradients to 0, ready for the next batch.</param>
    /// <returns>The norm of the gradients before clipping.</returns>
    /// <exception cref="Gpt2Exception">The gradients are not finite: training has diverged.</exception>
    public double Update(Gpt2Gradients gradients, float learningRate, KernelSet kernels, Gpt2Weights weights, bool clearGradients = false) =>
        OfMatrices.Update([.. gradients.Weights.Matrices()], learningRate, kernels, [.. weights.Matrices()], clearGradients);
}
