// Keys and values of one sequence in one block, as a chain of runs of tokens: shared runs, which are never written
// again, and finally the sequence's own run, which grows. A sequence that was never forked has only its own run, one
// block of memory.

using System.Diagnostics;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model.Cache;

/// <summary>The cache of one sequence in one block.</summary>
internal sealed class CachedSequence
{
    /// <summary>
    /// When there are more, the shared runs except the first (usually the prompt) are merged into one: otherwise a
    /// chain of beams would grow by one run for every token.
    /// </summary>
    private const int MaxRuns = 8;

    private const int MinRoom = 4;

    private readonly int block;
    private readonly List<CachedRun> shared = [];
    private int sharedRows;
    private int room;
    private int firstRoom = MinRoom;

    /// <param name="block">Number of the block, for the names of matrices.</param>
    /// <param name="room">Rows that the sequence's own run has memory for from the start; with more it grows.</param>
    /// <param name="channels">Number of columns.</param>
    public CachedSequence(int block, int room, int channels)
    {
        this.block = block;
        Keys = Empty("keys", room, channels);
        Values = Empty("values", room, channels);
        this.room = room;
    }

    /// <summary>Keys of the sequence's own run, [own rows, channels].</summary>
    public Matrix Keys { get; private set; }

    /// <summary>Values of the sequence's own run, [own rows, channels].</summary>
    public Matrix Values { get; private set; }

    /// <summary>Number of tokens held.</summary>
    public int Length => sharedRows + Keys.Rows;

    /// <summary>Whether there is only the sequence's own run.</summary>
    public bool IsOneRun => shared.Count == 0;

    /// <summary>Number of runs, including the sequence's own if it has a token.</summary>
    public int Runs => shared.Count + (Keys.Rows > 0 ? 1 : 0);

    /// <summary>A run, in the order of tokens.</summary>
    [DebuggerStepThrough]
    public CachedRun Run(int index) => index < shared.Count ? shared[index] : new CachedRun(Keys, Values, Keys.Rows);

    /// <summary>Adds tokens to the sequence's own run.</summary>
    /// <param name="keys">[tokens, channels]</param>
    /// <param name="values">[tokens, channels]</param>
    public void Append(ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        int before = Keys.Rows, after = before + (keys.Length / Keys.Columns);
        if (after > room)
        {
            room = Math.Max(Math.Max(after, 2 * room), firstRoom);
            Keys = Grown(Keys, "keys");
            Values = Grown(Values, "values");
        }

        // This stays within the memory, so the rows already held do not change.
        Keys.Resize(after, Keys.Columns);
        Values.Resize(after, Values.Columns);
        keys.CopyTo(Keys.RowRange(before, after - before));
        values.CopyTo(Values.RowRange(before, after - before));
    }

    /// <summary>Removes all tokens but the first; nothing else removes shared runs.</summary>
    public void Truncate(int length)
    {
        int own = Math.Max(0, length - sharedRows);
        Keys.Resize(own, Keys.Columns);
        Values.Resize(own, Values.Columns);
        while (sharedRows > length)
        {
            CachedRun last = shared[^1];
            shared.RemoveAt(shared.Count - 1);
            sharedRows -= last.Rows;
            if (sharedRows < length)
            {
                shared.Add(last with { Rows = length - sharedRows });
                sharedRows = length;
            }
        }
    }

    /// <summary>
    /// Returns a sequence that shares all tokens and continues independently; this sequence's own run becomes a shared
    /// one.
    /// </summary>
    /// <param name="rows">Rows that the fork's own run gets memory for at its first token; with more it grows.</param>
    public CachedSequence Fork(int rows = MinRoom)
    {
        if (Keys.Rows > 0)
        {
            ShareOwn();
        }

        var fork = new CachedSequence(block, 0, Keys.Columns) { sharedRows = sharedRows, firstRoom = Math.Max(rows, MinRoom) };
        fork.shared.AddRange(shared);
        return fork;
    }

    /// <summary>Copies all runs into one run of the sequence's own.</summary>
    public void Join()
    {
        (Keys, Values) = Joined(0, Length);
        room = Length;
        shared.Clear();
        sharedRows = 0;
    }

    private void ShareOwn()
    {
        if (shared.Count >= MaxRuns)
        {
            int first = shared[0].Rows, rows = Length - first;
            (Matrix keys, Matrix values) = Joined(1, rows);
            shared.RemoveRange(1, shared.Count - 1);
            shared.Add(new CachedRun(keys, values, rows));
        }
        else
        {
            shared.Add(new CachedRun(Keys, Values, Keys.Rows));
        }

        sharedRows = Length;
        Keys = Empty("keys", 0, Keys.Columns);
        Values = Empty("values", 0, Values.Columns);
        room = 0;
    }

    /// <summary>A copy of the runs from <paramref name="firstRun"/> on.</summary>
    private (Matrix Keys, Matrix Values) Joined(int firstRun, int rows)
    {
        Matrix keys = Empty("keys", rows, Keys.Columns), values = Empty("values", rows, Keys.Columns);
        keys.Resize(rows, Keys.Columns);
        values.Resize(rows, Keys.Columns);
        int done = 0;
        for (int index = firstRun; index < Runs; index++)
        {
            CachedRun run = Run(index);
            run.Keys.RowRange(0, run.Rows).CopyTo(keys.RowRange(done, run.Rows));
            run.Values.RowRange(0, run.Rows).CopyTo(values.RowRange(done, run.Rows));
            done += run.Rows;
        }

        return (keys, values);
    }

    private Matrix Grown(Matrix held, string what)
    {
        Matrix larger = Empty(what, room, held.Columns);
        larger.Resize(held.Rows, held.Columns);
        held.Span.CopyTo(larger.Span);
        return larger;
    }

    private Matrix Empty(string what, int room, int channels)
    {
        // The memory is allocated once; after that only the number of rows changes, and their contents stay.
        var matrix = new Matrix($"h{block} cached {what}", room, channels);
        matrix.Resize(0, channels);
        return matrix;
    }
}
