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
    private readonly RewardHead? head;
    private readonly List<MatrixGradients> ofParts = [];
    private readonly ConcurrentStack<Worker> training = [], evaluating = [];

    /// <param name="model">The model, whose weights are matrices.</param>
    /// <param name="adapter">The adapter to train on it; null to train its weights.</param>
    /// <param name="dropout">The dropout of the adapter's inputs or of the model's own steps in training; 0 for none.</param>
    /// <param name="head">The head of a reward model; null for log-probabilities.</param>
    public TokenMicroBatches(Gpt2Model model, Adapter? adapter, float dropout, RewardHead? head = null)
    {
        this.model = model;
        this.adapter = adapter;
        this.dropout = dropout;
        this.head = head;
        Model = adapter?.ApplyTo(model) ?? model;
    }

    /// <summary>The model with the adapter, without dropout.</summary>
    public Gpt2Model Model { get; }

    /// <summary>Adds the gradients of a loss.</summary>
    /// <param name="sequences">The sequences of a batch.</param>
    /// <param name="together">So many sequences stay together: 2 of pairs.</param>
    /// <param name="lossOf">
    /// The loss of a part of the batch: of the number of its first sequence, and the numbers of its sequences. Parts are computed at the
    /// same time.
    /// </param>
    /// <param name="seed">Determines what is dropped.</param>
    /// <param name="sum">The gradients to add to.</param>
    /// <returns>The sum of the parts' losses.</returns>
    /// <exception cref="Gpt2Exception">A number is not finite: training has diverged.</exception>
    public double Add(
        IReadOnlyList<TokenSequence> sequences, int together, Func<int, double[][], TokenLoss> lossOf, ulong seed, MatrixGradients sum)
    {
        int[] firsts = Divide(sequences, together);
        int parts = firsts.Length - 1;
        while (parts > 1 && ofParts.Count < parts)
        {
            ofParts.Add(new MatrixGradients(sum.Trained));
        }

        var losses = new double[parts];
        Each(firsts, training, Training, (part, worker) =>
        {
            worker.Dropout?.Random = new RandomGenerator(BatchSource.SeedOf(seed, 0, (ulong)part));
            double[][] numbers = worker.Pass.Forward(worker.Model, Part(sequences, firsts, part));
            TokenLoss loss = lossOf(firsts[part], numbers);
            worker.Pass.Backward(loss.Gradient, parts == 1 ? sum : ofParts[part]);
            losses[part] = loss.Loss;
        });
        if (parts > 1)
        {
            model.Kernels.ForEach(sum.Gradients.Count, matrix =>
            {
                for (int part = 0; part < parts; part++)
                {
                    MicroBatches.Move(ofParts[part].Gradients[matrix], sum.Gradients[matrix], model.Kernels);
                }
            });
        }

        return losses.Sum();
    }

    /// <summary>The numbers of sequences, without dropout and gradients.</summary>
    /// <exception cref="Gpt2Exception">A number is not finite, or a sequence cannot be read.</exception>
    public double[][] Evaluate(IReadOnlyList<TokenSequence> sequences)
    {
        int[] firsts = Divide(sequences, together: 1);
        var numbers = new double[firsts.Length - 1][][];
        Each(firsts, evaluating, Evaluating, (part, worker) => numbers[part] = worker.Pass.Forward(worker.Model, Part(sequences, firsts, part)));
        return [.. numbers.SelectMany(part => part)];
    }

    private static TokenSequence[] Part(IReadOnlyList<TokenSequence> sequences, int[] firsts, int part) =>
        [.. sequences.Skip(firsts[part]).Take(firsts[part + 1] - firsts[part])];

    /// <summary>The first sequence of each part, and the end of the last.</summary>
    private int[] Divide(IReadOnlyList<TokenSequence> sequences, int together)
    {
        int items = sequences.Count / together;
        int count = Math.Min(items, MicroBatches.CountOf(model.Config, sequences.Count, sequences.Max(sequence => sequence.Ids.Count)));
        return [.. Enumerable.Range(0, count + 1).Select(part => (int)((long)part * items / count) * together)];
    }

    // The memory of a pass is used by whichever thread begins a part, so there are as many as threads and not as parts.
    private void Each(int[] firsts, ConcurrentStack<Worker> idle, Func<Worker> create, Action<int, Worker> compute) =>
        model.Kernels.ForEach(firsts.Length - 1, part =>
        {
            Worker worker = idle.TryPop(out Worker? found) ? found : create();
            compute(part, worker);
            idle.Push(worker);
        });

    private Worker Evaluating() => new(Model, Pass(forwardOnly: true), null);

    private Worker Training()
    {
        Dropout? own = dropout > 0 ? new Dropout(dropout) : null;
        return adapter is null
            ? new Worker(model, Pass(forwardOnly: false, own), own)
            : new Worker(adapter.ApplyTo(model, own), Pass(forwardOnly: false), own);
    }

    private ITuningPass Pass(bool forwardOnly, Dropout? ofModel = null) => head is null
        ? new TokenPass(model.Config, forwardOnly, ofModel)
        : new RewardPass(model.Config, head, forwardOnly, ofModel);

    /// <summary>What a thread computes with. Dropout keeps masks, so each thread has its own.</summary>
    private sealed record Worker(Gpt2Model Model, ITuningPass Pass, Dropout? Dropout);
}
