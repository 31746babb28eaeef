// A batch in parts that are computed at the same time: data parallelism, as between machines, but between threads. The
// matrices of a small model keep several threads busy badly: a step is over before they have shared it out, and each
// reads what another core has written. A thread that takes some sequences through the whole pass alone waits for nobody
// and finds in its own cache what it wrote.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>
/// The gradients of a batch as the sum of those of its micro-batches, each computed on one thread. The division depends
/// on the sizes and not on the number of threads, so the results are the same bits with any number.
/// </summary>
internal sealed class MicroBatches
{
    /// <summary>Tokens of a micro-batch: enough rows for fast products, and few enough that many threads get a share.</summary>
    internal const int Tokens = 256;

    /// <summary>
    /// Weights of the largest model whose batches are divided. Larger matrices keep the threads busy together, and every
    /// micro-batch needs gradients of its own.
    /// </summary>
    private const long MostWeights = 16_000_000;

    private readonly Gpt2Config config;
    private readonly float dropout;
    private readonly int batchSize;
    private readonly Gpt2Gradients[] gradients;     // of each micro-batch, 0 between batches; none if there is only one
    private readonly Matrix[][] summands;           // for each matrix of weights, its gradients of each micro-batch
    private readonly double[] losses;
    private readonly Stack<BatchGradients> idle = [];
    private readonly Lock idleLock = new();
    private readonly Action<int> computePart, sumMatrix;
    private Batch batch;
    private Matrix[] sums = [];
    private ulong dropoutSeed, begun;

    /// <param name="config">The model's sizes.</param>
    /// <param name="batchSize">Sequences of a batch.</param>
    /// <param name="context">Tokens of each sequence.</param>
    /// <param name="dropout">The dropout rate; 0 for none.</param>
    public MicroBatches(Gpt2Config config, int batchSize, int context, float dropout)
    {
        this.config = config;
        this.batchSize = batchSize;
        this.dropout = dropout;
        Count = CountOf(config, batchSize, context);
        idle.Push(new BatchGradients(config, batchSize, dropout));
        losses = new double[Count];
        gradients = new Gpt2Gradients[Count == 1 ? 0 : Count];
        for (int part = 0; part < gradients.Length; part++)
        {
            gradients[part] = new Gpt2Gradients(config);
        }

        Matrix[][] ofParts = [.. gradients.Select(part => part.Weights.Matrices().ToArray())];
        summands = Count == 1 ? [] : [.. Enumerable.Range(0, ofParts[0].Length).Select(matrix => ofParts.Select(part => part[matrix]).ToArray())];
        computePart = ComputePart;
        sumMatrix = SumMatrix;
    }

    /// <summary>Number of micro-batches.</summary>
    public int Count { get; }

    /// <summary>How many micro-batches a batch is divided into.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="sequences">Sequences of the batch.</param>
    /// <param name="tokens">Tokens of each.</param>
    public static int CountOf(Gpt2Config config, int sequences, int tokens) =>
        config.Parameters > MostWeights ? 1 : (int)Math.Clamp((long)sequences * tokens / Tokens, 1, sequences);

    /// <summary>Seeds the dropout of the batches from here on; each micro-batch draws from a seed of its own.</summary>
    public void SeedDropout(ulong seed)
    {
        dropoutSeed = seed;
        begun = 0;
    }

    /// <inheritdoc cref="BatchGradients.Add"/>
    public double Add(Gpt2Model model, int[] ids, int[] targets, int counted, Gpt2Gradients sum)
    {
        batch = new Batch(model, ids, targets, counted, sum);
        sums = [.. sum.Weights.Matrices()];
        model.Kernels.ForEach(Count, computePart); // of a single part, the kernels use all threads
        begun += (ulong)Count;
        if (Count > 1)
        {
            model.Kernels.ForEach(sums.Length, sumMatrix);
        }

        return losses.Sum();
    }

    private void ComputePart(int part)
    {
        int tokens = batch.Ids.Length / batchSize, first = FirstSequence(part), sequences = FirstSequence(part + 1) - first;
        Range range = (first * tokens)..((first + sequences) * tokens);
        BatchGradients pass = Take();
        pass.Sequences = sequences;
        pass.SeedDropout(BatchSource.SeedOf(dropoutSeed, 0, begun + (ulong)part));
        losses[part] = pass.Add(
            batch.Model, batch.Ids.AsSpan(range), batch.Targets.AsSpan(range), batch.Counted, Count == 1 ? batch.Sum : gradients[part]);
        Return(pass);
    }

    private void SumMatrix(int matrix)
    {
        foreach (Matrix summand in summands[matrix])
        {
            Move(summand, sums[matrix], batch.Model.Kernels);
        }
    }

    /// <summary>sum += summand, and summand = 0, ready for the next batch.</summary>
    internal static void Move(Matrix summand, Matrix sum, KernelSet kernels)
    {
        kernels.Add.Apply(sum.Span, summand.Span, sum.Span);
        summand.Span.Clear();
    }

    private int FirstSequence(int part) => (int)((long)part * batchSize / Count);

    // The memory of a pass is used by whichever thread begins a part, so there are as many as threads and not as parts.
    private BatchGradients Take()
    {
        lock (idleLock)
        {
            return idle.TryPop(out BatchGradients? pass) ? pass : new BatchGradients(config, batchSize, dropout);
        }
    }

    private void Return(BatchGradients pass)
    {
        lock (idleLock)
        {
            idle.Push(pass);
        }
    }

    private readonly record struct Batch(Gpt2Model Model, int[] Ids, int[] Targets, int Counted, Gpt2Gradients Sum);
}
