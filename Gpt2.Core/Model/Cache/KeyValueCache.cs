// Keys and values of the tokens already computed, so that another token costs one row instead of all. A cache can be
// forked: texts with a common beginning share it.

namespace Gpt2.Core.Model.Cache;

/// <summary>
/// The key-value cache of a model: for each block the keys and values of all tokens so far, of one sequence or of
/// several of equal length. Forks share the memory of their common past, which is never written again; different
/// threads may use them.
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

    /// <summary>Number of tokens held for each sequence.</summary>
    public int Length => blocks[0].LengthOf(0);

    /// <summary>Number of sequences; 1 until <see cref="Reorder"/> or <see cref="Gather"/> makes more.</summary>
    public int Sequences => blocks[0].Sequences;

    internal BlockCache Block(int block) => blocks[block];

    /// <summary>Number of tokens held for one sequence; they differ only after <see cref="Gather"/>.</summary>
    internal int LengthOf(int sequence) => blocks[0].LengthOf(sequence);

    /// <summary>Makes a cache without memory of its own, to be filled by <see cref="Gather"/>.</summary>
    internal static KeyValueCache OfOthers(Gpt2Config config) =>
        new([.. Enumerable.Range(0, config.Layers).Select(_ => new BlockCache(config.Context))], config.Context);

    /// <summary>
    /// Gathers the sequences of other caches, each of which holds one, for a pass over all of them. They keep their
    /// keys and values, and receive those of the pass.
    /// </summary>
    /// <param name="caches">At least one.</param>
    internal void Gather(IReadOnlyList<KeyValueCache> caches)
    {
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block].Gather(caches, block);
        }
    }

    /// <summary>Forgets the sequences of <see cref="Gather"/>, so that they can be freed.</summary>
    internal void Release()
    {
        foreach (BlockCache block in blocks)
        {
            block.Release();
        }
    }

    /// <summary>Removes all tokens but the first <paramref name="length"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cache holds fewer.</exception>
    public void Truncate(int length)
    {
        foreach (BlockCache block in blocks)
        {
            block.Truncate(length);
        }
    }

    /// <summary>
    /// Returns another cache with the same tokens, which continues independently. Nothing is copied: both share what
    /// there is. Forking a cache that has not grown since its last fork does not change it, so several threads may do
    /// that at once.
    /// </summary>
    /// <param name="capacity">The maximum number of tokens the fork will hold, at least as many as it shares.</param>
    /// <remarks>
    /// After a fork, adding several tokens at once first copies the past into one block of memory; adding one does
    /// not.
    /// </remarks>
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
    /// Sequence i becomes a continuation of the former sequence parents[i]; afterwards there are as many sequences as
    /// parents. Nothing is copied, except that what follows the first fork is merged occasionally to keep a chain of
    /// forks short.
    /// </summary>
    /// <exception cref="ArgumentException">There is no parent, or no such sequence.</exception>
    internal void Reorder(ReadOnlySpan<int> parents)
    {
        if (parents.IsEmpty || parents.ContainsAnyExceptInRange(0, Sequences - 1))
        {
            string given = string.Join(", ", parents.ToArray());
            throw new ArgumentException(
                $"the parents are {given}, expected at least one of the sequences 0 to {Sequences - 1}", nameof(parents));
        }

        foreach (BlockCache block in blocks)
        {
            block.Reorder(parents);
        }
    }
}
