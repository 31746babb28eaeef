// Keys and values of the tokens that were already computed, so that a further token costs one row and not all. A cache can fork:
// texts that begin alike share what they have in common.

namespace Gpt2.Core.Model.Cache;

/// <summary>
/// The key-value cache of a model: per block the keys and values of all tokens so far, of one sequence or of several that are equally
/// long. Forks share the memory of their common past, which is never written again; each may be used by a thread of its own.
/// </summary>
public sealed class KeyValueCache
{
    private readonly BlockCache[] blocks;

    /// <summary>Makes room for a number of tokens of one sequence.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="capacity">The maximum number of tokens the cache will hold, 1 to n_ctx.</param>
    public KeyValueCache(Gpt2Config config, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, config.Context);
        Capacity = capacity;
        blocks = new BlockCache[config.Layers];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = new BlockCache(block, capacity, config.Channels);
        }
    }

    private KeyValueCache(BlockCache[] blocks, int capacity)
    {
        this.blocks = blocks;
        Capacity = capacity;
    }

    /// <summary>The maximum number of tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Number of tokens held of each sequence.</summary>
    public int Length => blocks[0].Length;

    /// <summary>Number of sequences; 1 until <see cref="Reorder"/> makes more.</summary>
    public int Sequences => blocks[0].Sequences;

    internal BlockCache Block(int block) => blocks[block];

    /// <summary>Forgets all tokens but the first <paramref name="length"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cache holds fewer.</exception>
    public void Truncate(int length)
    {
        foreach (BlockCache block in blocks)
        {
            block.Truncate(length);
        }
    }

    /// <summary>
    /// Another cache with the same tokens, which goes on by itself. Nothing is copied: both share what there is. Forking a cache to which
    /// nothing was added since its last fork changes nothing in it, so several threads may do that at once.
    /// </summary>
    /// <param name="capacity">The maximum number of tokens the fork will hold, at least those it shares.</param>
    /// <remarks>Several tokens at once after a fork copy the past into one piece first; one at a time does not.</remarks>
    public KeyValueCache Fork(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Length);
        var forks = new BlockCache[blocks.Length];
        for (int block = 0; block < forks.Length; block++)
        {
            forks[block] = blocks[block].Fork(capacity);
        }

        return new KeyValueCache(forks, capacity);
    }

    /// <summary>
    /// Sequence i becomes a continuation of what was sequence parents[i]; there will be as many as parents. Nothing is copied, but once
    /// in a while what follows the first fork is put together, so that a chain of forks stays short.
    /// </summary>
    /// <exception cref="ArgumentException">There is no parent, or no such sequence.</exception>
    public void Reorder(ReadOnlySpan<int> parents)
    {
        if (parents.IsEmpty || parents.ContainsAnyExceptInRange(0, Sequences - 1))
        {
            throw new ArgumentException(
                $"the parents are {string.Join(", ", parents.ToArray())}, expected at least one of the sequences 0 to {Sequences - 1}", nameof(parents));
        }

        foreach (BlockCache block in blocks)
        {
            block.Reorder(parents);
        }
    }
}
