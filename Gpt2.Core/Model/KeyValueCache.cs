// Keys and values of the tokens that were already computed, so that a further token costs one row and not all.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>The key-value cache of a model: per block the keys and values of all tokens so far.</summary>
public sealed class KeyValueCache
{
    private readonly BlockCache[] blocks;

    /// <summary>Makes room for a number of tokens.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="capacity">The most tokens the cache will hold, 1 to n_ctx.</param>
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

    public int Capacity { get; }

    /// <summary>Number of tokens held.</summary>
    public int Length => blocks[0].Length;

    public BlockCache Block(int block) => blocks[block];

    /// <summary>Forgets all tokens but the first <paramref name="length"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cache holds fewer.</exception>
    public void Truncate(int length)
    {
        foreach (BlockCache block in blocks)
        {
            block.Truncate(length);
        }
    }
}

/// <summary>The cache of one block.</summary>
public sealed class BlockCache
{
    internal BlockCache(int block, int capacity, int channels)
    {
        // Sized once; then only the number of rows changes and what is in them stays.
        Keys = new Matrix($"h{block} cached keys", capacity, channels);
        Values = new Matrix($"h{block} cached values", capacity, channels);
        Keys.Resize(0, channels);
        Values.Resize(0, channels);
        Capacity = capacity;
    }

    /// <summary>[total, channels]</summary>
    public Matrix Keys { get; }

    /// <summary>[total, channels]</summary>
    public Matrix Values { get; }

    public int Capacity { get; }

    public int Length => Keys.Rows;

    /// <summary>Adds the keys and values of further tokens.</summary>
    /// <exception cref="InvalidOperationException">They do not fit any more.</exception>
    internal void Append(Matrix keys, Matrix values)
    {
        Shape.Require(keys, keys.Rows, Keys.Columns);
        Shape.Require(values, keys.Rows, Keys.Columns);
        int before = Length;
        if (before + keys.Rows > Capacity)
        {
            throw new InvalidOperationException(
                $"the key-value cache holds {before} tokens and {keys.Rows} more are to come, expected at most {Capacity}");
        }

        Grow(Keys, keys);
        Grow(Values, values);
    }

    internal void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Keys.Resize(length, Keys.Columns);
        Values.Resize(length, Values.Columns);
    }

    private static void Grow(Matrix held, Matrix more)
    {
        int before = held.Rows;
        held.Resize(before + more.Rows, held.Columns); // within the capacity, so the rows held stay as they are
        more.Span.CopyTo(held.RowRange(before, more.Rows));
    }
}
