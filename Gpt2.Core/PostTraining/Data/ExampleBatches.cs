// Examples in batches. The examples of a batch have similar lengths, so that little is padded, and yet every epoch has other batches in
// another order. No state is kept: a batch follows from the seed and its number, so a resumed run sees the same ones.

using Gpt2.Core.Numerics;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Takes batches from examples: every example once in an epoch.</summary>
internal sealed class ExampleBatches
{
    /// <summary>Examples are sorted by length among those of so many batches: the more, the less is padded and the less is random.</summary>
    private const int BatchesSorted = 32;

    private readonly IReadOnlyList<PreparedExample> examples;
    private readonly int batchSize;
    private readonly ulong seed;
    private int[][] batches = [];
    private long epochOfBatches = -1;

    /// <param name="examples">One or more.</param>
    /// <param name="batchSize">Examples in a batch; one batch of an epoch may have fewer.</param>
    /// <param name="seed">Another seed gives another order.</param>
    /// <exception cref="Gpt2Exception">There are no examples.</exception>
    public ExampleBatches(IReadOnlyList<PreparedExample> examples, int batchSize, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        this.examples = examples.Count > 0 ? examples : throw new Gpt2Exception("no examples") { Expected = "at least one" };
        this.batchSize = batchSize;
        this.seed = seed;
    }

    /// <summary>Number of batches in an epoch.</summary>
    public int PerEpoch => ((examples.Count - 1) / batchSize) + 1;

    /// <summary>The examples of a batch.</summary>
    /// <param name="number">Number of the batch, from 0, through all epochs.</param>
    public IReadOnlyList<PreparedExample> ExamplesOf(long number) =>
        [.. Epoch(number / PerEpoch)[number % PerEpoch].Select(index => examples[index])];

    /// <summary>The sequences of a batch, padded: of preferences chosen, rejected, chosen, rejected, ….</summary>
    /// <param name="number">Number of the batch, from 0, through all epochs.</param>
    public PaddedBatch Batch(long number) => PaddedBatch.OfTargets([.. ExamplesOf(number).SelectMany(example => example.Sequences)]);

    /// <summary>The share of padding among all tokens of an epoch.</summary>
    public double PaddingOf(long epoch)
    {
        long read = 0, computed = 0;
        for (long number = epoch * PerEpoch; number < (epoch + 1) * PerEpoch; number++)
        {
            int[] lengths = [.. ExamplesOf(number).SelectMany(example => example.Sequences).Select(sequence => sequence.Ids.Count)];
            read += lengths.Sum();
            computed += (long)lengths.Max() * lengths.Length;
        }

        return 1 - ((double)read / computed);
    }

    private int[][] Epoch(long epoch)
    {
        if (epoch != epochOfBatches)
        {
            var random = new RandomGenerator(BatchSource.SeedOf(seed, 3, (ulong)epoch));
            int[] order = [.. Enumerable.Range(0, examples.Count)];
            Shuffling.Shuffle(order, random);
            batches = [.. order.Chunk(BatchesSorted * batchSize)
                .SelectMany(pool => pool.OrderBy(index => examples[index].Length).Chunk(batchSize))];
            Shuffling.Shuffle(batches, random);
            epochOfBatches = epoch;
        }

        return batches;
    }
}
