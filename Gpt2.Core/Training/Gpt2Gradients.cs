// The gradients of a model's weights: one number per weight, in matrices of the same names and shapes.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>∂loss/∂weight for every weight of a model. Backward passes add to it.</summary>
internal sealed class Gpt2Gradients : WeightGradients
{
    private readonly Dictionary<string, Matrix> byName;

    public Gpt2Gradients(Gpt2Config config)
    {
        Weights = new Gpt2Weights(config);
        byName = Weights.Matrices().ToDictionary(matrix => matrix.Name);
    }

    /// <summary>∂loss/∂weight in the place of each weight.</summary>
    public Gpt2Weights Weights { get; }

    /// <summary>The gradient of the weight with this name.</summary>
    public override Matrix? Of(Matrix weight) => byName.GetValueOrDefault(weight.Name);

    /// <summary>Sets all to 0.</summary>
    public void Clear()
    {
        foreach (Matrix matrix in Weights.Matrices())
        {
            matrix.Span.Clear();
        }
    }

    /// <summary>The square root of the sum of all squares.</summary>
    public double Norm(KernelSet kernels) => Math.Sqrt(Weights.Matrices().Sum(matrix => kernels.AdamW.SumOfSquares(matrix.Span)));
}
