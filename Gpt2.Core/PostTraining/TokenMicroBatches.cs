// Batches of post-training in parts that are computed at the same time, each on one thread, as MicroBatches does in
// training. Here the sequences have different lengths, and only some matrices have gradients.

using System.Collections.Concurrent;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// Losses and gradients of batches. How a batch is divided depends on its sizes and not on the number of threads, and the
/// parts are added in order, so the results are the same bits with any number.
/// </summary>
internal sealed class TokenMicroBatches
{
    private readonly Gpt2Model model;
    private readonly Adapter? adapter;
    private readonly float dropout;
    private readonly Gpt2Model evaluated;
    private readonly List<MatrixGradients> ofParts = [];
    private readonly ConcurrentStack<Worker> training = [], evaluating = [];

    /// <param name="model">The model, whose weights are matrices.</param>
    /// <param name="adapter">The adapter to train on it; null to train its weights.</param>
    /// <param name="dropout">The dropout of the adapter's inputs or of the model's own steps in training; 0 for none.</param>
    public TokenMicroBatches(Gpt2Model model, Adapter? adapter, float dropout)
    {
        this.model = model;
        this.adapter = adapter;
        this.dropout = dropout;
        evaluated = adapter?.ApplyTo(model) ?? model;
    }

    /// <summary>The model with the adapter, without dropout.</summary>
    public Gpt2Model Model => evaluated;

    /// <summary>Adds the gradients of (summed loss / counted).</summary>
    /// <param name="sequences">The sequences of a batch.</param>
    /// <param name="counted">The divisor: the number of tokens that count in all batches of the update.</param>
    /// <param name="seed">Determines what is dropped.</param>
    /// <param name="sum">The gradients to add to.</param>
    /// <returns>The summed loss / counted.</returns>
    /// <exception cref="Gpt2Exception">A log-probability is not finite: training has diverged.</exception>
    public double Add(IReadOnlyList<TokenSequence> sequences, int counted, ulong seed, MatrixGradients sum)
    {
        TokenSequence[][] parts = Divide(sequences);
        while (parts.Length > 1 && ofParts.Count < parts.Length)
        {
            ofParts.Add(new MatrixGradients(sum.Trained));
        }

        double[] losses = Each(parts, training, forwardOnly: false, (part, worker) =>
        {
            worker.Dropout?.Random = new RandomGenerator(BatchSource.SeedOf(seed, 0, (ulong)part));
            double[][] logs = worker.Pass.Forward(worker.Model, PaddedBatch.OfTargets(parts[part]));
            TokenLoss loss = SupervisedLoss.Of(logs, counted);
            worker.Pass.Backward(loss.Gradient, parts.Length == 1 ? sum : ofParts[part]);
            return loss.Loss;
        });
        if (parts.Length > 1)
        {
            model.Kernels.ForEach(sum.Gradients.Count, matrix =>
            {
                for (int part = 0; part < parts.Length; part++)
                {
                    MicroBatches.Move(ofParts[part].Gradients[matrix], sum.Gradients[matrix], model.Kernels);
                }
            });
        }

        return losses.Sum();
    }

    /// <summary>The summed loss of sequences, without dropout.</summary>
    /// <exception cref="Gpt2Exception">A log-probability is not finite: training has diverged.</exception>
    public double SummedLoss(IReadOnlyList<TokenSequence> sequences)
    {
        TokenSequence[][] parts = Divide(sequences);
        return Each(parts, evaluating, forwardOnly: true, (part, worker) =>
            SupervisedLoss.Of(worker.Pass.Forward(worker.Model, PaddedBatch.OfTargets(parts[part])), counted: 1).Loss).Sum();
    }

    private TokenSequence[][] Divide(IReadOnlyList<TokenSequence> sequences)
    {
        int count = MicroBatches.CountOf(model.Config, sequences.Count, sequences.Max(sequence => sequence.Ids.Count));
        int First(int part) => (int)((long)part * sequences.Count / count);
        return [.. Enumerable.Range(0, count).Select(part => sequences.Skip(First(part)).Take(First(part + 1) - First(part)).ToArray())];
    }

    // The memory of a pass is used by whichever thread begins a part, so there are as many as threads and not as parts.
    private double[] Each(TokenSequence[][] parts, ConcurrentStack<Worker> idle, bool forwardOnly, Func<int, Worker, double> compute)
    {
        var results = new double[parts.Length];
        model.Kernels.ForEach(parts.Length, part =>
        {
            Worker worker = idle.TryPop(out Worker? found) ? found : forwardOnly ? Evaluating() : Training();
            results[part] = compute(part, worker);
            idle.Push(worker);
        });
        return results;
    }

    private Worker Evaluating() => new(evaluated, new TokenPass(model.Config, forwardOnly: true), null);

    private Worker Training()
    {
        Dropout? own = dropout > 0 ? new Dropout(dropout) : null;
        return adapter is null
            ? new Worker(model, new TokenPass(model.Config, dropout: own), own)
            : new Worker(adapter.ApplyTo(model, own), new TokenPass(model.Config), own);
    }

    /// <summary>What a thread computes with: dropout keeps masks, so that each has its own.</summary>
    private sealed record Worker(Gpt2Model Model, TokenPass Pass, Dropout? Dropout);
}
