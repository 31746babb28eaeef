// Examples in batches, in another order in every epoch. No state is kept: a batch follows from the seed and its number, so a resumed run
// sees the same ones.

using Gpt2.Core.Numerics;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>
/// Takes batches from examples: every example once in an epoch. A batch is a random sample, since one of examples of the same length
/// is often one of the same kind, and its gradient is that of this kind. Within a batch the shortest come first, so that the parts
/// into which it is divided are hardly padded.
/// </summary>
internal sealed class ExampleBatches
{
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

    private int[][] Epoch(long epoch)
    {
        if (epoch != epochOfBatches)
        {
            var random = new RandomGenerator(BatchSource.SeedOf(seed, 3, (ulong)epoch));
            int[] order = [.. Enumerable.Range(0, examples.Count)];
            Shuffling.Shuffle(order, random);
            batches = [.. order.Chunk(batchSize).Select(batch => batch.OrderBy(index => examples[index].Length).ToArray())];
            epochOfBatches = epoch;
        }

        return batches;
    }
}
