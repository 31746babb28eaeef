// The update of any matrices: all weights of a model in training, A and B of an adapter in post-training.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;

namespace Gpt2.Core.Training;

/// <summary>AdamW over some matrices, with clipping of the global norm.</summary>
/// <param name="means">m of each matrix, in its shape.</param>
/// <param name="squares">v of each matrix, in its shape.</param>
/// <param name="settings">How to update.</param>
internal sealed class MatrixOptimizer(IReadOnlyList<Matrix> means, IReadOnlyList<Matrix> squares, OptimizerSettings settings)
{
    private const double ClipEpsilon = 1e-6;

    /// <summary>An optimiser for matrices with these shapes that has seen no gradient yet.</summary>
    public MatrixOptimizer(IEnumerable<Matrix> weights, OptimizerSettings settings)
        : this(Zeros(weights), Zeros(weights), settings)
    {
    }

    /// <summary>m of each matrix.</summary>
    public IReadOnlyList<Matrix> Means => means;

    /// <summary>v of each matrix.</summary>
    public IReadOnlyList<Matrix> Squares => squares;

    /// <summary>Number of updates done.</summary>
    public int Step { get; set; }

    /// <summary>Updates the weights.</summary>
    /// <param name="gradients">The gradients of the mean loss.</param>
    /// <param name="learningRate">The rate of this update.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="weights">The weights to update, in the order of their gradients.</param>
    /// <param name="clearGradients">Whether to set the gradients to 0, ready for the next batch.</param>
    /// <returns>The norm of the gradients before clipping.</returns>
    /// <exception cref="Gpt2Exception">The gradients are not finite: training has diverged.</exception>
    public double Update(
        IReadOnlyList<Matrix> gradients, float learningRate, KernelSet kernels, IReadOnlyList<Matrix> weights, bool clearGradients = false)
    {
        double norm = Math.Sqrt(gradients.Sum(matrix => kernels.AdamW.SumOfSquares(matrix.Span)));
        if (!double.IsFinite(norm))
        {
            throw new Gpt2Exception($"the gradients of step {Step + 1} are not finite: training has diverged")
            {
                Remedy = "take a lower --learning-rate",
            };
        }

        double clip = settings.ClipNorm > 0 ? Math.Min(1, settings.ClipNorm / (norm + ClipEpsilon)) : 1;
        Step++;
        for (int i = 0; i < weights.Count; i++)
        {
            float decay = IsVector(weights[i]) ? 0 : settings.WeightDecay;
            kernels.AdamW.Update(
                gradients[i].Span,
                new AdamWSettings(learningRate, settings.Beta1, settings.Beta2, settings.Epsilon, decay, (float)clip, Step),
                weights[i].Span, means[i].Span, squares[i].Span, clearGradients);
        }

        return norm;
    }

    /// <summary>Recognises gains and biases by name: a matrix with one row is still a matrix.</summary>
    private static bool IsVector(Matrix weight) =>
        weight.Name.EndsWith("/g", StringComparison.Ordinal) || weight.Name.EndsWith("/b", StringComparison.Ordinal);

    private static Matrix[] Zeros(IEnumerable<Matrix> weights) =>
        [.. weights.Select(weight => new Matrix(weight.Name, weight.Rows, weight.Columns))];
}
