// Keys and values of the past in one block. One sequence that was never forked is one piece of memory, which attention reads as it
// is; of several sequences, and of forked ones, attention reads one run after another.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>The cache of one block.</summary>
public sealed class BlockCache
{
    private readonly Matrix part = new("scores of a run");        // [heads · run]
    private readonly Matrix sum = new("attended values of a run"); // [1, channels]
    private CachedSequence[] sequences;

    internal BlockCache(int block, int capacity, int channels)
        : this([new CachedSequence(block, capacity, channels)], capacity)
    {
    }

    private BlockCache(CachedSequence[] sequences, int capacity)
    {
        this.sequences = sequences;
        Capacity = capacity;
    }

    /// <summary>Where there is one run only: its keys, [total, channels].</summary>
    public Matrix Keys => sequences[0].Keys;

    /// <summary>Where there is one run only: its values, [total, channels].</summary>
    public Matrix Values => sequences[0].Values;

    /// <summary>Whether <see cref="Keys"/> and <see cref="Values"/> are all there is.</summary>
    public bool IsOneRun => sequences.Length == 1 && sequences[0].IsOneRun;

    /// <summary>The most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Tokens of each sequence.</summary>
    public int Length => sequences[0].Length;

    internal int Sequences => sequences.Length;

    /// <summary>Adds the keys and values of further tokens, as many to each sequence.</summary>
    /// <exception cref="InvalidOperationException">They do not fit any more.</exception>
    internal void Append(Matrix keys, Matrix values)
    {
        Shape.Require(keys, keys.Rows, Keys.Columns);
        Shape.Require(values, keys.Rows, Keys.Columns);
        int before = Length, tokens = keys.Rows / sequences.Length;
        if (before + tokens > Capacity)
        {
            throw new InvalidOperationException(
                $"the key-value cache holds {before} tokens and {tokens} more are to come, expected at most {Capacity}");
        }

        if (tokens > 1 && sequences.Length == 1 && !IsOneRun)
        {
            sequences[0].Join(); // the query of a token sees only part of its own run: that is a case for one piece of memory
        }

        for (int sequence = 0; sequence < sequences.Length; sequence++)
        {
            sequences[sequence].Append(keys.RowRange(sequence * tokens, tokens), values.RowRange(sequence * tokens, tokens));
        }
    }

    internal void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        foreach (CachedSequence sequence in sequences)
        {
            sequence.Truncate(length);
        }
    }

    internal BlockCache Fork(int capacity)
    {
        var forks = new CachedSequence[sequences.Length];
        for (int sequence = 0; sequence < forks.Length; sequence++)
        {
            forks[sequence] = sequences[sequence].Fork(capacity - Length);
        }

        return new BlockCache(forks, capacity);
    }

    /// <summary>Sequence i becomes a continuation of what was sequence parents[i]. An only child goes on in its parent's memory.</summary>
    internal void Reorder(ReadOnlySpan<int> parents)
    {
        var reordered = new CachedSequence[parents.Length];
        for (int child = 0; child < reordered.Length; child++)
        {
            CachedSequence parent = sequences[parents[child]];
            reordered[child] = parents.Count(parents[child]) == 1 ? parent : parent.Fork();
        }

        sequences = reordered;
    }

    /// <summary>Step 6 for one query per sequence: the scores of the runs, side by side for each head.</summary>
    /// <param name="queries">[sequences, channels]</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="attention">The kernel, called for one run after another.</param>
    /// <param name="scores">Becomes [sequences, heads · total].</param>
    internal void Scores(Matrix queries, int heads, CausalAttention attention, Matrix scores)
    {
        int total = Length, headSize = queries.Columns / heads;
        scores.Resize(queries.Rows, heads * total);
        for (int sequence = 0; sequence < sequences.Length; sequence++)
        {
            Span<float> row = scores.Row(sequence); // [heads, total]
            int first = 0;
            for (int index = 0; index < sequences[sequence].Runs; index++)
            {
                CachedRun run = sequences[sequence].Run(index);
                part.Resize(1, heads * run.Rows);
                attention.Scores(queries.Row(sequence), run.Keys.RowRange(0, run.Rows), 1, heads, headSize, part.Span);
                for (int head = 0; head < heads; head++)
                {
                    part.Span.Slice(head * run.Rows, run.Rows).CopyTo(row.Slice((head * total) + first, run.Rows));
                }

                first += run.Rows;
            }
        }
    }

    /// <summary>Step 8 for one query per sequence: the weighted values of the runs, added up in their order.</summary>
    /// <param name="weights">[sequences, heads · total]</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="kernels">The kernels, called for one run after another.</param>
    /// <param name="output">Becomes [sequences, channels].</param>
    internal void WeightedValues(Matrix weights, int heads, KernelSet kernels, Matrix output)
    {
        int total = Length, channels = Keys.Columns;
        output.Resize(weights.Rows, channels);
        sum.Resize(1, channels);
        for (int sequence = 0; sequence < sequences.Length; sequence++)
        {
            ReadOnlySpan<float> row = weights.Row(sequence); // [heads, total]
            int first = 0;
            for (int index = 0; index < sequences[sequence].Runs; index++)
            {
                CachedRun run = sequences[sequence].Run(index);
                part.Resize(1, heads * run.Rows);
                for (int head = 0; head < heads; head++)
                {
                    row.Slice((head * total) + first, run.Rows).CopyTo(part.Span.Slice(head * run.Rows, run.Rows));
                }

                Span<float> target = first == 0 ? output.Row(sequence) : sum.Span;
                kernels.Attention.WeightedValues(part.Span, run.Values.RowRange(0, run.Rows), 1, heads, channels / heads, target);
                if (first > 0)
                {
                    kernels.Add.Apply(output.Row(sequence), sum.Span, output.Row(sequence));
                }

                first += run.Rows;
            }
        }
    }
}
