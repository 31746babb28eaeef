// The windows of the text that a step trains on. No state is kept between steps: the windows follow from the seed and
// the number of the step, so a resumed run sees the same windows as one that was not stopped.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>Takes batches of windows, and their targets, from token ids.</summary>
internal sealed class BatchSource
{
    private readonly int[] ids;
    private readonly TrainingSettings settings;
    private int[] starts = [];
    private long epochOfStarts = -1;

    /// <param name="ids">The ids, more of them than a window.</param>
    /// <param name="settings">Context, batch size, order and seed.</param>
    public BatchSource(int[] ids, TrainingSettings settings)
    {
        if (ids.Length <= settings.Context)
        {
            throw new ArgumentException($"{ids.Length} ids, expected more than a window of {settings.Context}");
        }

        this.ids = ids;
        this.settings = settings;
    }

    /// <summary>Fills a batch: the target of every token of a window is the token after it.</summary>
    /// <param name="batch">Number of the batch, from 0; an update takes as many as are accumulated.</param>
    /// <param name="tokens">Receives the windows, one after another.</param>
    /// <param name="targets">Receives the targets.</param>
    public void Fill(long batch, Span<int> tokens, Span<int> targets)
    {
        int context = settings.Context;
        RandomGenerator? random = settings.Windows == WindowOrder.Random ? Generator(1, (ulong)batch) : null;
        for (int i = 0; i < settings.BatchSize; i++)
        {
            int start = random is null
                ? StartInEpoch((batch * settings.BatchSize) + i)
                : (int)(random.NextDouble() * (ids.Length - context));
            ids.AsSpan(start, context).CopyTo(tokens[(i * context)..]);
            ids.AsSpan(start + 1, context).CopyTo(targets[(i * context)..]);
        }
    }

    /// <summary>Windows per epoch.</summary>
    public int WindowsPerEpoch => Math.Max(1, (ids.Length - 1) / settings.Context);

    private int StartInEpoch(long window)
    {
        long epoch = window / WindowsPerEpoch;
        if (epoch != epochOfStarts)
        {
            Shuffle(epoch);
        }

        return starts[window % WindowsPerEpoch];
    }

    private void Shuffle(long epoch)
    {
        RandomGenerator random = Generator(2, (ulong)epoch);
        int spare = ids.Length - 1 - (WindowsPerEpoch * settings.Context);
        int offset = (int)(random.NextDouble() * (Math.Min(spare, settings.Context - 1) + 1));
        starts = new int[WindowsPerEpoch];
        for (int i = 0; i < starts.Length; i++)
        {
            int place = (int)(random.NextDouble() * (i + 1));
            starts[i] = starts[place];
            starts[place] = offset + (i * settings.Context);
        }

        epochOfStarts = epoch;
    }

    private RandomGenerator Generator(ulong purpose, ulong number) => new(SeedOf(settings.Seed, purpose, number));

    /// <summary>A seed for a purpose and a number, so that no two draw the same random numbers.</summary>
    internal static ulong SeedOf(ulong seed, ulong purpose, ulong number) =>
        new RandomGenerator(new RandomGenerator(seed ^ (purpose << 56)).NextBits() ^ number).NextBits();
}
