// Keys and values of the past in one block, kept between passes. One sequence that was never forked is one block of
// memory; for several sequences, and for forked ones, attention reads one run after another.

using System.Diagnostics;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model.Cache;

/// <summary>The cache of one block.</summary>
internal sealed class BlockCache : BlockPast
{
    private CachedSequence[] sequences;

    internal BlockCache(int block, int capacity, int channels)
        : this([new CachedSequence(block, capacity, channels)], capacity)
    {
    }

    /// <summary>Creates a cache of sequences that <see cref="Gather"/> takes from others.</summary>
    internal BlockCache(int capacity)
        : this([], capacity)
    {
    }

    private BlockCache(CachedSequence[] sequences, int capacity)
    {
        this.sequences = sequences;
        Capacity = capacity;
    }

    /// <summary>If there is only one run: its keys, [total, channels].</summary>
    public Matrix Keys => sequences[0].Keys;

    /// <summary>If there is only one run: its values, [total, channels].</summary>
    public Matrix Values => sequences[0].Values;

    /// <summary>Whether <see cref="Keys"/> and <see cref="Values"/> hold everything.</summary>
    public bool IsOneRun => sequences.Length == 1 && sequences[0].IsOneRun;

    /// <summary>The maximum number of tokens of a sequence.</summary>
    public int Capacity { get; }

    internal int Sequences => sequences.Length;

    private protected override int Groups => sequences.Length;

    private protected override int SequencesOfAGroup => 1;

    [DebuggerStepThrough]
    public override int LengthOf(int group) => sequences[group].Length;

    internal override void Append(Matrix keys, Matrix values)
    {
        Shape.Require(keys, keys.Rows, Keys.Columns);
        Shape.Require(values, keys.Rows, Keys.Columns);
        for (int sequence = 0; sequence < sequences.Length; sequence++)
        {
            (int first, int count) = RowsOf(sequence);
            int before = LengthOf(sequence);
            if (before + count > Capacity)
            {
                throw new InvalidOperationException(
                    $"the key-value cache holds {before} tokens and {count} more were added, expected at most {Capacity} in all");
            }

            if (count > 1 && !sequences[sequence].IsOneRun)
            {
                sequences[sequence].Join(); // several queries, each seeing only part of its own run, need one block of memory
            }

            sequences[sequence].Append(keys.RowRange(first, count), values.RowRange(first, count));
        }
    }

    /// <summary>Takes the sequences of other caches, which remain theirs: what is added is added there.</summary>
    internal void Gather(IReadOnlyList<KeyValueCache> caches, int block)
    {
        if (sequences.Length != caches.Count)
        {
            sequences = new CachedSequence[caches.Count];
        }

        for (int sequence = 0; sequence < sequences.Length; sequence++)
        {
            sequences[sequence] = caches[sequence].Block(block).sequences[0];
        }
    }

    internal void Release() => Array.Clear(sequences);

    internal void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LengthOf(0));
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
            forks[sequence] = sequences[sequence].Fork(capacity - LengthOf(sequence));
        }

        return new BlockCache(forks, capacity);
    }

    /// <summary>
    /// Sequence i becomes a continuation of the former sequence parents[i]. An only child continues in its parent's
    /// memory.
    /// </summary>
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

    [DebuggerStepThrough]
    private protected override (int First, int Count) RowsOf(int group) => (Rows.First(group), Rows.Of(group));

    [DebuggerStepThrough]
    private protected override int Runs(int group) => sequences[group].Runs;

    [DebuggerStepThrough]
    private protected override CachedRun Run(int group, int index) => sequences[group].Run(index);
}
