// The passes of a reward model: forward to the reward of every sequence, and backward from the gradient of the loss at each.

using Gpt2.Core.Model;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// Forward and backward of batches through a model and a reward head; the logits are not computed. An instance keeps the
/// memory of a pass; it is not for use by several threads at once.
/// </summary>
internal sealed class RewardPass : ITuningPass
{
    private readonly ForwardActivations a;
    private readonly RewardHead head;
    private readonly Gpt2Backward backward = new();
    private (Gpt2Model Model, PaddedBatch Batch)? last;

    /// <param name="config">The model's sizes.</param>
    /// <param name="head">The head.</param>
    /// <param name="forwardOnly">Whether no gradients are needed: this takes less memory.</param>
    /// <param name="dropout">The dropout of the model's own steps; null for none.</param>
    public RewardPass(Gpt2Config config, RewardHead head, bool forwardOnly = false, Dropout? dropout = null)
    {
        this.head = head;
        a = new ForwardActivations(config, keepEveryBlock: !forwardOnly, HeadRows.All, dropout: dropout);
    }

    /// <summary>The reward of every sequence.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">A batch of last rows.</param>
    /// <exception cref="Gpt2Exception">A sequence is too long, an id is outside the vocabulary, or a reward is not finite.</exception>
    public double[] Forward(Gpt2Model model, PaddedBatch batch)
    {
        last = null;
        a.Sequences = batch.Sequences;
        a.ChosenRows = batch.HeadRows;
        model.ForwardWithoutHead(batch.Ids, a);
        double[] rewards = head.Forward(a.PredictedEmbedding);
        last = (model, batch);
        return rewards;
    }

    double[][] ITuningPass.Forward(Gpt2Model model, IReadOnlyList<TokenSequence> sequences) =>
        Array.ConvertAll(Forward(model, PaddedBatch.OfLastRows([.. sequences.Select(sequence => sequence.Ids)])), reward => (double[])[reward]);

    void ITuningPass.Backward(double[][] lossGradient, WeightGradients gradients) =>
        Backward(Array.ConvertAll(lossGradient, gradient => gradient[0]), gradients);

    /// <summary>Adds the gradients of a loss to those of the weights.</summary>
    /// <param name="rewardGradient">∂loss/∂(each reward).</param>
    /// <param name="gradients">The gradients to add to.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(ReadOnlySpan<double> rewardGradient, WeightGradients gradients)
    {
        (Gpt2Model model, PaddedBatch batch) = last ?? throw new InvalidOperationException("backward without forward");
        TokenLoss.RequireEqual(rewardGradient.Length, batch.Sequences, "gradients of rewards");
        head.Backward(a.PredictedEmbedding, rewardGradient, backward.PredictedEmbedding, gradients);
        backward.FromPredictedEmbedding(model, batch.Ids, a, gradients);
    }
}
