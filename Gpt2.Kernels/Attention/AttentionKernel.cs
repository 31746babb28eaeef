// Multi-head attention in three steps: scores, their softmax, and the weighted sum of values. A token sees itself and
// the tokens before it. This file checks the arguments; the rungs below Tuned are in AttentionLoops.cs.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Attention;

/// <summary>
/// Scaled dot-product attention over several heads. Vaswani et al., "Attention Is All You Need", section 3.2.
/// </summary>
/// <remarks>
/// Sequences of equal length follow one another and do not see each other. In each, the queries belong to the last
/// <c>tokens</c> of <c>total</c> positions, the keys and values to all of them. Query row t is at position
/// total − tokens + t and sees the keys 0 … total − tokens + t. Head h owns the columns h·headSize … (h+1)·headSize − 1 of
/// queries, keys and values, and the columns h·total … (h+1)·total − 1 of scores. The formulas below are for one
/// sequence. NaN spreads to the rows that see it.
/// </remarks>
public abstract class AttentionKernel
{
    /// <summary>The score of a key that a query may not see.</summary>
    public const float MaskedScore = -1e10f;

    private protected AttentionKernel()
    {
    }

    /// <summary>
    /// score[t, h, u] = q[t, h] · k[u, h] · scale for visible keys, <see cref="MaskedScore"/> for the others.
    /// </summary>
    /// <param name="queries">[sequences · tokens, heads · headSize]</param>
    /// <param name="keys">[sequences · total, heads · headSize]</param>
    /// <param name="sequences">Number of sequences, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="scores">[sequences · tokens, heads · total]; must not overlap the sources.</param>
    /// <param name="scale">What the products are multiplied by; null for 1 / √headSize.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or there are more queries than keys.</exception>
    public void Scores(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int sequences, int heads, int headSize, Span<float> scores,
        float? scale = null)
    {
        AttentionShape shape = Check(queries.Length, keys.Length, sequences, heads, headSize, scores.Length, scale);
        Require.Apart(queries, scores);
        Require.Apart(keys, scores);
        ScoreHeads(queries, keys, shape, scores);
    }

    /// <summary>Softmax of the visible scores of every token and head; the others become 0.</summary>
    /// <param name="scores">[sequences · tokens, heads · total]</param>
    /// <param name="sequences">Number of sequences, at least 1.</param>
    /// <param name="tokens">Number of queries of a sequence, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="attention">[sequences · tokens, heads · total]; may be the scores themselves.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or there are more queries than keys.</exception>
    public void Normalise(ReadOnlySpan<float> scores, int sequences, int tokens, int heads, Span<float> attention)
    {
        AttentionShape shape = Check(scores.Length, sequences, tokens, heads);
        Require.Length(attention.Length, scores.Length);
        Require.SameOrApart(scores, attention);
        NormaliseHeads(scores, shape, attention);
    }

    /// <summary>output[t, h] = Σᵤ attention[t, h, u] · values[u, h] over the visible u, heads side by side.</summary>
    /// <param name="attention">[sequences · tokens, heads · total]</param>
    /// <param name="values">[sequences · total, heads · headSize]</param>
    /// <param name="sequences">Number of sequences, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="output">[sequences · tokens, heads · headSize]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or there are more queries than keys.</exception>
    public void WeightedValues(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, int sequences, int heads, int headSize, Span<float> output)
    {
        AttentionShape shape = Check(output.Length, values.Length, sequences, heads, headSize, attention.Length);
        Require.Apart(attention, output);
        Require.Apart(values, output);
        WeighHeads(attention, values, shape, output);
    }

    /// <summary>
    /// Backward of <see cref="WeightedValues"/>: attentionGradient[t, h, u] = outputGradient[t, h] · values[u, h] over
    /// the visible u and 0 elsewhere; valuesGradient[u, h] = Σₜ attention[t, h, u] · outputGradient[t, h].
    /// </summary>
    /// <param name="attention">[sequences · tokens, heads · total]</param>
    /// <param name="values">[sequences · total, heads · headSize]</param>
    /// <param name="outputGradient">[sequences · tokens, heads · headSize]</param>
    /// <param name="sequences">Number of sequences, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="attentionGradient">[sequences · tokens, heads · total]; must not overlap the sources.</param>
    /// <param name="valuesGradient">[sequences · total, heads · headSize]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or there are more queries than keys.</exception>
    public void WeightedValuesBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, ReadOnlySpan<float> outputGradient,
        int sequences, int heads, int headSize, Span<float> attentionGradient, Span<float> valuesGradient)
    {
        AttentionShape shape = Check(outputGradient.Length, values.Length, sequences, heads, headSize, attention.Length);
        Require.Length(attentionGradient.Length, attention.Length);
        Require.Length(valuesGradient.Length, values.Length);
        WeighHeadsBackward(attention, values, outputGradient, shape, attentionGradient, valuesGradient);
    }

    /// <summary>
    /// Backward of <see cref="Normalise"/>, per token and head over the visible keys:
    /// scoresGradient = attention × (attentionGradient − Σ attention · attentionGradient); 0 elsewhere.
    /// </summary>
    /// <param name="attention">[sequences · tokens, heads · total]</param>
    /// <param name="attentionGradient">[sequences · tokens, heads · total]</param>
    /// <param name="sequences">Number of sequences, at least 1.</param>
    /// <param name="tokens">Number of queries of a sequence, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="scoresGradient">[sequences · tokens, heads · total]; may be the attention's gradient.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or there are more queries than keys.</exception>
    public void NormaliseBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> attentionGradient, int sequences, int tokens, int heads, Span<float> scoresGradient)
    {
        AttentionShape shape = Check(attention.Length, sequences, tokens, heads);
        Require.Length(attentionGradient.Length, attention.Length);
        Require.Length(scoresGradient.Length, attention.Length);
        Require.SameOrApart(attentionGradient, scoresGradient);
        NormaliseHeadsBackward(attention, attentionGradient, shape, scoresGradient);
    }

    /// <summary>
    /// Backward of <see cref="Scores"/>: queriesGradient[t, h] = Σᵤ s[t, h, u] · k[u, h] · scale and
    /// keysGradient[u, h] = Σₜ s[t, h, u] · q[t, h] · scale over the visible u, with s the gradient of the scores.
    /// </summary>
    /// <param name="queries">[sequences · tokens, heads · headSize]</param>
    /// <param name="keys">[sequences · total, heads · headSize]</param>
    /// <param name="scoresGradient">[sequences · tokens, heads · total]</param>
    /// <param name="sequences">Number of sequences, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="queriesGradient">[sequences · tokens, heads · headSize]; must not overlap the sources.</param>
    /// <param name="keysGradient">[sequences · total, heads · headSize]; must not overlap the sources.</param>
    /// <param name="scale">That of <see cref="Scores"/>.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or there are more queries than keys.</exception>
    public void ScoresBackward(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> scoresGradient,
        int sequences, int heads, int headSize, Span<float> queriesGradient, Span<float> keysGradient, float? scale = null)
    {
        AttentionShape shape = Check(queries.Length, keys.Length, sequences, heads, headSize, scoresGradient.Length, scale);
        Require.Length(queriesGradient.Length, queries.Length);
        Require.Length(keysGradient.Length, keys.Length);
        ScoreHeadsBackward(queries, keys, scoresGradient, shape, queriesGradient, keysGradient);
    }

    // Each method does what the public method of the same purpose promises; the arguments have been checked.
    private protected abstract void ScoreHeads(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, in AttentionShape shape, Span<float> scores);

    private protected abstract void NormaliseHeads(ReadOnlySpan<float> scores, in AttentionShape shape, Span<float> attention);

    private protected abstract void WeighHeads(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, in AttentionShape shape, Span<float> output);

    private protected abstract void WeighHeadsBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, ReadOnlySpan<float> outputGradient, in AttentionShape shape,
        Span<float> attentionGradient, Span<float> valuesGradient);

    private protected abstract void NormaliseHeadsBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> attentionGradient, in AttentionShape shape, Span<float> scoresGradient);

    private protected abstract void ScoreHeadsBackward(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> scoresGradient, in AttentionShape shape,
        Span<float> queriesGradient, Span<float> keysGradient);

    [DebuggerStepThrough]
    private static AttentionShape Check(
        int queryLength, int keyLength, int sequences, int heads, int headSize, int scoreLength, float? scale = null,
        [CallerArgumentExpression(nameof(queryLength))] string queryName = "",
        [CallerArgumentExpression(nameof(keyLength))] string keyName = "",
        [CallerArgumentExpression(nameof(scoreLength))] string scoreName = "")
    {
        Require.Positive(sequences);
        Require.Positive(heads);
        Require.Positive(headSize);
        int channels = Require.Product(heads, headSize);
        int tokens = RowsOfASequence(queryLength, channels, sequences, queryName);
        int total = RowsOfASequence(keyLength, channels, sequences, keyName);
        var shape = new AttentionShape(sequences, tokens, total, heads, headSize, scale ?? 1 / MathF.Sqrt(headSize));
        CheckQueriesFit(shape);
        Require.Length(scoreLength, Require.Product(Require.Product(sequences * tokens, heads), shape.Total), scoreName);
        return shape;
    }

    [DebuggerStepThrough]
    private static AttentionShape Check(
        int scoreLength, int sequences, int tokens, int heads, [CallerArgumentExpression(nameof(scoreLength))] string scoreName = "")
    {
        Require.Positive(sequences);
        Require.Positive(tokens);
        Require.Positive(heads);
        int total = Require.WholeRows(scoreLength, Require.Product(Require.Product(sequences, tokens), heads), scoreName);
        var shape = new AttentionShape(sequences, tokens, total, heads, HeadSize: 0, Scale: 1);
        CheckQueriesFit(shape);
        return shape;
    }

    [DebuggerStepThrough]
    private static int RowsOfASequence(int length, int channels, int sequences, string name)
    {
        int rows = Require.WholeRows(length, channels, name);
        if (rows % sequences != 0)
        {
            throw new ArgumentException($"{name} is {length}, {rows} rows, expected a multiple of the {sequences} sequences");
        }

        return rows / sequences;
    }

    [DebuggerStepThrough]
    private static void CheckQueriesFit(in AttentionShape shape)
    {
        if (shape.Tokens > shape.Total)
        {
            throw new ArgumentException($"there are {shape.Tokens} queries, expected at most one for each of the {shape.Total} keys");
        }
    }
}
