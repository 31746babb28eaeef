// What attention reads in one block: the keys and values of the past and of this pass. Whether there is a cache, how
// many sequences it holds and in how many pieces is decided here and in the classes below, so that no step of a block
// has to ask.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model.Cache;

/// <summary>
/// The keys and values that the queries of a pass see. They are in groups of sequences, and those of a group in runs of
/// tokens. Usually there is one group of one run, and the kernels read and write whole matrices. A group with several
/// runs is one sequence with one query.
/// </summary>
internal abstract class BlockPast
{
    // Several groups are divided among threads. The delegates are made once, so that nothing is allocated per pass.
    private readonly Action<int> scoresOfGroup, attentionOfGroup, weightedValuesOfGroup;

    [ThreadStatic]
    private static Matrix? part; // a run's part of scores or attention, [1, heads · run]

    [ThreadStatic]
    private static Matrix? sum; // attended values of a run, [1, channels]

    private GroupWork work;

    private protected BlockPast()
    {
        scoresOfGroup = ScoresOfGroup;
        attentionOfGroup = AttentionOfGroup;
        weightedValuesOfGroup = WeightedValuesOfGroup;
    }

    /// <summary>The rows of this pass that belong to each sequence.</summary>
    public SequenceRows Rows { get; set; } = new();

    private protected abstract int Groups { get; }

    private protected abstract int SequencesOfAGroup { get; }

    /// <summary>
    /// Tokens of each sequence of a group; after <see cref="Append"/> including those of this pass.
    /// </summary>
    [DebuggerStepThrough]
    public abstract int LengthOf(int group);

    /// <summary>Adds the keys and values of this pass to their sequences.</summary>
    /// <param name="keys">[tokens, channels]</param>
    /// <param name="values">[tokens, channels]</param>
    /// <exception cref="InvalidOperationException">There is no room for them.</exception>
    internal abstract void Append(Matrix keys, Matrix values);

    /// <summary>Step 6: per head queries · keysᵀ · scale, and −10¹⁰ for keys that a query does not see.</summary>
    /// <param name="queries">[tokens, channels]</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="scale">What the products are multiplied by, 1 / √headSize in GPT-2.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="scores">
    /// Receives [tokens, heads · total]. If sequences differ in length, total is that of the longest, and a shorter one
    /// has its own [tokens, heads · total] at the beginning of the memory of its rows.
    /// </param>
    [DebuggerStepThrough]
    internal void Scores(Matrix queries, int heads, float scale, KernelSet kernels, Matrix scores)
    {
        int longest = 0;
        for (int group = 0; group < Groups; group++)
        {
            longest = Math.Max(longest, LengthOf(group));
        }

        scores.Resize(queries.Rows, heads * longest);
        if (Groups == 1)
        {
            ScoresOfRuns(group: 0, queries, heads, scale, kernels, scores);
            return;
        }

        work = new GroupWork(queries, heads, kernels, scores) { Scale = scale };
        kernels.ForEach(Groups, scoresOfGroup);
    }

    /// <summary>Step 7: per head the softmax of the scores; 0 for keys that a query does not see.</summary>
    /// <param name="scores">[tokens, heads · total]</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="attention">Receives [tokens, heads · total].</param>
    [DebuggerStepThrough]
    internal void Attention(Matrix scores, int heads, KernelSet kernels, Matrix attention)
    {
        attention.Resize(scores.Rows, scores.Columns);
        if (Groups == 1)
        {
            SoftmaxOfScores(group: 0, scores, heads, kernels, attention);
            return;
        }

        work = new GroupWork(scores, heads, kernels, attention);
        kernels.ForEach(Groups, attentionOfGroup);
    }

    /// <summary>Step 8: per head attention · values.</summary>
    /// <param name="attention">[tokens, heads · total]</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="output">Receives [tokens, channels].</param>
    [DebuggerStepThrough]
    internal void WeightedValues(Matrix attention, int heads, KernelSet kernels, Matrix output)
    {
        output.Resize(attention.Rows, Run(0, 0).Values.Columns);
        if (Groups == 1)
        {
            WeightedValuesOfRuns(group: 0, attention, heads, kernels, output);
            return;
        }

        work = new GroupWork(attention, heads, kernels, output);
        kernels.ForEach(Groups, weightedValuesOfGroup);
    }

    /// <summary>The rows of a group in this pass.</summary>
    [DebuggerStepThrough]
    private protected abstract (int First, int Count) RowsOf(int group);

    [DebuggerStepThrough]
    private protected abstract int Runs(int group);

    [DebuggerStepThrough]
    private protected abstract CachedRun Run(int group, int index);

    private void ScoresOfRuns(int group, Matrix queries, int heads, float scale, KernelSet kernels, Matrix scores)
    {
        (int firstRow, int rows) = RowsOf(group);
        Span<float> query = queries.RowRange(firstRow, rows), all = ScoresOf(group, heads, scores);
        for (int index = 0, first = 0; index < Runs(group); index++)
        {
            CachedRun run = Run(group, index);
            Span<float> score = PartOf(all, group, heads, run);
            kernels.Attention.Scores(query, run.KeySpan, SequencesOfAGroup, heads, queries.Columns / heads, score, scale);
            first = Place(score, all, first, group, heads, run);
        }
    }

    private void SoftmaxOfScores(int group, Matrix scores, int heads, KernelSet kernels, Matrix attention)
    {
        int sequences = SequencesOfAGroup, tokens = RowsOf(group).Count / sequences;
        kernels.Attention.Normalise(ScoresOf(group, heads, scores), sequences, tokens, heads, ScoresOf(group, heads, attention));
    }

    private void WeightedValuesOfRuns(int group, Matrix attention, int heads, KernelSet kernels, Matrix output)
    {
        (int firstRow, int rows) = RowsOf(group);
        Span<float> all = ScoresOf(group, heads, attention), mixed = output.RowRange(firstRow, rows);
        for (int index = 0, first = 0; index < Runs(group); index++)
        {
            CachedRun run = Run(group, index);
            Span<float> weights = PartOf(all, group, heads, run);
            first = Take(all, first, group, heads, run, weights);
            Span<float> target = index == 0 ? mixed : SumFor(mixed);
            kernels.Attention.WeightedValues(weights, run.ValueSpan, SequencesOfAGroup, heads, output.Columns / heads, target);
            if (index > 0)
            {
                kernels.Add.Apply(mixed, target, mixed);
            }
        }
    }

    private void ScoresOfGroup(int group) => ScoresOfRuns(group, work.From, work.Heads, work.Scale, work.Kernels, work.To);

    private void AttentionOfGroup(int group) => SoftmaxOfScores(group, work.From, work.Heads, work.Kernels, work.To);

    private void WeightedValuesOfGroup(int group) => WeightedValuesOfRuns(group, work.From, work.Heads, work.Kernels, work.To);

    /// <summary>A group's scores or attention, [tokens, heads · total].</summary>
    [DebuggerStepThrough]
    private Span<float> ScoresOf(int group, int heads, Matrix scores)
    {
        (int first, int rows) = RowsOf(group);
        return scores.RowRange(first, rows)[..(rows * heads * LengthOf(group))];
    }

    /// <summary>
    /// Where a run's columns are computed: in the whole matrix if there is no other run, otherwise in a buffer.
    /// </summary>
    [DebuggerStepThrough]
    private Span<float> PartOf(Span<float> all, int group, int heads, CachedRun run)
    {
        if (Runs(group) == 1)
        {
            return all;
        }

        part ??= new Matrix("a run's part of scores or attention");
        part.Resize(1, heads * run.Rows);
        return part.Span;
    }

    /// <summary>
    /// Copies a run's columns of every head to their place in the whole; returns where those of the next run begin.
    /// </summary>
    [DebuggerStepThrough]
    private int Place(Span<float> columns, Span<float> all, int first, int group, int heads, CachedRun run)
    {
        int total = LengthOf(group);
        for (int head = 0; head < heads && columns != all; head++) // nothing to copy if they were computed in place
        {
            columns.Slice(head * run.Rows, run.Rows).CopyTo(all.Slice((head * total) + first, run.Rows));
        }

        return first + run.Rows;
    }

    /// <summary>Copies a run's columns of every head out of the whole.</summary>
    [DebuggerStepThrough]
    private int Take(Span<float> all, int first, int group, int heads, CachedRun run, Span<float> columns)
    {
        int total = LengthOf(group);
        for (int head = 0; head < heads && columns != all; head++)
        {
            all.Slice((head * total) + first, run.Rows).CopyTo(columns.Slice(head * run.Rows, run.Rows));
        }

        return first + run.Rows;
    }

    [DebuggerStepThrough]
    private static Span<float> SumFor(Span<float> mixed)
    {
        sum ??= new Matrix("attended values of a run");
        sum.Resize(1, mixed.Length);
        return sum.Span;
    }
}

/// <summary>A step for all groups: what it reads, and what it writes.</summary>
internal readonly record struct GroupWork(Matrix From, int Heads, KernelSet Kernels, Matrix To)
{
    /// <summary>What products of queries and keys are multiplied by.</summary>
    public float Scale { get; init; }
}

/// <summary>The first rows of two matrices, which several sequences may read.</summary>
internal readonly record struct CachedRun(Matrix Keys, Matrix Values, int Rows)
{
    /// <summary>[Rows, channels]</summary>
    public Span<float> KeySpan => Keys.RowRange(0, Rows);

    /// <summary>[Rows, channels]</summary>
    public Span<float> ValueSpan => Values.RowRange(0, Rows);
}
