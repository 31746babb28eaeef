// The passes of a loss on tokens: forward to the log-probabilities of the tokens that count, and backward from the gradient
// of the loss at each of them. What the loss is, is left to SupervisedLoss, PreferenceLoss and GroupLoss.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// Forward and backward of batches with losses on log-probabilities. An instance keeps the memory of a pass; it is not for
/// use by several threads at once.
/// </summary>
internal sealed class TokenPass : ITuningPass
{
    private readonly ForwardActivations a;
    private readonly Gpt2Backward backward = new();
    private (Gpt2Model Model, PaddedBatch Batch)? last;

    /// <param name="config">The model's sizes.</param>
    /// <param name="forwardOnly">Whether no gradients are needed, as for a reference model: this takes less memory.</param>
    /// <param name="dropout">The dropout of the model's own steps; null for none.</param>
    public TokenPass(Gpt2Config config, bool forwardOnly = false, Dropout? dropout = null) =>
        a = new ForwardActivations(config, keepEveryBlock: !forwardOnly, HeadRows.All, dropout: dropout);

    /// <summary>The natural logarithms of the probabilities of all targets: per sequence, one for each that counts.</summary>
    /// <exception cref="Gpt2Exception">
    /// A sequence is too long, an id is outside the vocabulary, or the model's output is not a distribution.
    /// </exception>
    public double[][] Forward(Gpt2Model model, PaddedBatch batch)
    {
        last = null;
        foreach (int target in batch.Targets)
        {
            if ((uint)target >= (uint)model.Config.Vocabulary)
            {
                throw new Gpt2Exception($"target {target} is outside the vocabulary") { Expected = $"0 to {model.Config.Vocabulary - 1}" };
            }
        }

        a.Sequences = batch.Sequences;
        a.ChosenRows = batch.HeadRows;
        model.Forward(batch.Ids, cache: null, a);
        last = (model, batch);
        return [.. Enumerable.Range(0, batch.Sequences).Select(sequence => LogProbabilitiesOf(batch, batch.RowsOf(sequence)))];
    }

    double[][] ITuningPass.Forward(Gpt2Model model, IReadOnlyList<TokenSequence> sequences) => Forward(model, PaddedBatch.OfTargets(sequences));

    /// <summary>Adds the gradients of a loss to those of the weights.</summary>
    /// <param name="lossGradient">∂loss/∂(each log-probability that <see cref="Forward"/> gave), in the same order.</param>
    /// <param name="gradients">The gradients to add to.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public void Backward(double[][] lossGradient, WeightGradients gradients)
    {
        (Gpt2Model model, PaddedBatch batch) = last ?? throw new InvalidOperationException("backward without forward");
        LogitsGradient(a.Probabilities, batch.Targets, [.. lossGradient.SelectMany(gradient => gradient)], model.Kernels, backward.Logits);
        backward.FromLogits(model, batch.Ids, a, gradients);
    }

    private double[] LogProbabilitiesOf(PaddedBatch batch, Range rows)
    {
        (int first, int count) = rows.GetOffsetAndLength(batch.Targets.Length);
        var logs = new double[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> logits = a.Logits.Row(first + i);
            logs[i] = logits[batch.Targets[first + i]] - LogProbabilities.LogSumExp(logits, a.Probabilities.Row(first + i));
        }

        return logs;
    }

    // log-probability = ln softmax(logits)[target], so dLogits = dLogProbability · (1 at the target − softmax(logits))
    private static void LogitsGradient(Matrix probabilities, int[] targets, double[] gradient, KernelSet kernels, Matrix logits)
    {
        if (gradient.Length != targets.Length)
        {
            throw new ArgumentException($"{gradient.Length} gradients for {targets.Length} log-probabilities, expected one for each");
        }

        logits.Resize(probabilities.Rows, probabilities.Columns);
        kernels.ForEach(targets.Length, row => kernels.Softmax.CrossEntropyBackward(
            probabilities.Row(row), targets.AsSpan(row, 1), probabilities.Columns, (float)-gradient[row], logits.Row(row)));
    }
}
