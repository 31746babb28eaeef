// The gradients of whatever is trained: an adapter's A and B, a reward head, or all weights of a model. Everything else is
// frozen and has no gradient.

using Gpt2.Core.Numerics;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>∂loss/∂weight for some matrices.</summary>
internal sealed class MatrixGradients : WeightGradients
{
    private readonly Dictionary<Matrix, Matrix> ofTrained;

    /// <param name="trained">The matrices to train.</param>
    public MatrixGradients(IEnumerable<Matrix> trained)
    {
        Trained = [.. trained];
        Gradients = [.. Trained.Select(matrix => new Matrix(matrix.Name, matrix.Rows, matrix.Columns))];
        ofTrained = Trained.Zip(Gradients).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The matrices that are trained.</summary>
    public IReadOnlyList<Matrix> Trained { get; }

    /// <summary>The gradient of each.</summary>
    public IReadOnlyList<Matrix> Gradients { get; }

    public override Matrix? Of(Matrix weight) => ofTrained.GetValueOrDefault(weight);
}
