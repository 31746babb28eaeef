// What the passes of post-training have in common: numbers for every sequence, and backward from the gradient of a loss at each.

using Gpt2.Core.Model;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>Forward and backward of some sequences. An instance keeps the memory of a pass.</summary>
internal interface ITuningPass
{
    /// <summary>The numbers of every sequence: the log-probabilities of the tokens that count, or its reward alone.</summary>
    /// <exception cref="Gpt2Exception">A number is not finite, or a sequence cannot be read.</exception>
    public double[][] Forward(Gpt2Model model, IReadOnlyList<TokenSequence> sequences);

    /// <summary>Adds the gradients of a loss to those of the weights.</summary>
    /// <param name="lossGradient">∂loss/∂(each number that <see cref="Forward"/> gave).</param>
    /// <param name="gradients">The gradients to add to.</param>
    public void Backward(double[][] lossGradient, WeightGradients gradients);
}
