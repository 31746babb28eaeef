// Which weights of a model are trained, and where the gradient of each is added.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>∂loss/∂weight for the weights that are trained. Backward passes add to it.</summary>
internal abstract class WeightGradients
{
    /// <summary>The gradient of a weight matrix, in its shape; null if the weight is frozen, so that nothing is computed for it.</summary>
    public abstract Matrix? Of(Matrix weight);
}
