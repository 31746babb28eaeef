// Multi-head attention in three steps: scores, their softmax, and the weighted sum of values. A token sees
// itself and what came before. The loop over tokens and heads is written once; a rung brings the two
// inner loops (dot product, scaled addition) and its softmax.

using System.Runtime.CompilerServices;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

/// <summary>
/// Scaled dot-product attention over several heads. Vaswani et al., "Attention Is All You Need", section 3.2.
/// </summary>
/// <remarks>
/// Queries belong to the last <c>tokens</c> positions of a sequence of <c>total</c>; keys and values to all of it.
/// Query row t stands at position total − tokens + t and sees the keys 0 … total − tokens + t. Head h owns the columns
/// h·headSize … (h+1)·headSize − 1 of queries, keys and values, and the columns h·total … (h+1)·total − 1 of scores.
/// NaN spreads to the rows that see it.
/// </remarks>
public abstract class CausalAttention
{
    /// <summary>The score of a key that a query may not see.</summary>
    public const float MaskedScore = -1e10f;

    private readonly Softmax softmax;

    private protected CausalAttention(Softmax softmax) => this.softmax = softmax;

    /// <summary>score[t, h, u] = q[t, h] · k[u, h] / √headSize for visible keys, <see cref="MaskedScore"/> for the others.</summary>
    /// <param name="queries">[tokens, heads · headSize]</param>
    /// <param name="keys">[total, heads · headSize]</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="scores">[tokens, heads · total]; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or there are more queries than keys.</exception>
    public void Scores(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int heads, int headSize, Span<float> scores)
    {
        Shape shape = Check(queries.Length, keys.Length, heads, headSize, scores.Length);
        Require.Apart(queries, scores);
        Require.Apart(keys, scores);

        float scale = 1 / MathF.Sqrt(headSize);
        for (int token = 0; token < shape.Tokens; token++)
        {
            for (int head = 0; head < heads; head++)
            {
                ReadOnlySpan<float> query = queries.Slice((token * shape.Channels) + (head * headSize), headSize);
                Span<float> row = scores.Slice(((token * heads) + head) * shape.Total, shape.Total);
                int visible = shape.Visible(token);
                for (int key = 0; key < visible; key++)
                {
                    row[key] = scale * Dot(query, keys.Slice((key * shape.Channels) + (head * headSize), headSize));
                }

                row[visible..].Fill(MaskedScore);
            }
        }
    }

    /// <summary>Softmax of the visible scores of every token and head; the others become 0.</summary>
    /// <param name="scores">[tokens, heads · total]</param>
    /// <param name="tokens">Number of queries, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="attention">[tokens, heads · total]; may be the scores themselves.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or there are more queries than keys.</exception>
    public void Normalise(ReadOnlySpan<float> scores, int tokens, int heads, Span<float> attention)
    {
        Require.Positive(tokens);
        Require.Positive(heads);
        int total = Require.WholeRows(scores.Length, Require.Product(tokens, heads));
        Require.Length(attention.Length, scores.Length);
        Require.SameOrApart(scores, attention);
        var shape = new Shape(tokens, total, 0);
        shape.CheckQueriesFit();

        for (int token = 0; token < tokens; token++)
        {
            int visible = shape.Visible(token);
            for (int head = 0; head < heads; head++)
            {
                int start = ((token * heads) + head) * total;
                softmax.Row(scores.Slice(start, visible), attention.Slice(start, visible));
                attention[(start + visible)..(start + total)].Clear();
            }
        }
    }

    /// <summary>output[t, h] = Σᵤ attention[t, h, u] · values[u, h] over the visible u, heads side by side.</summary>
    /// <param name="attention">[tokens, heads · total]</param>
    /// <param name="values">[total, heads · headSize]</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="output">[tokens, heads · headSize]; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or there are more queries than keys.</exception>
    public void WeightedValues(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, int heads, int headSize, Span<float> output)
    {
        Shape shape = Check(output.Length, values.Length, heads, headSize, attention.Length);
        Require.Apart(attention, output);
        Require.Apart(values, output);

        output.Clear();
        for (int token = 0; token < shape.Tokens; token++)
        {
            for (int head = 0; head < heads; head++)
            {
                Span<float> mixed = output.Slice((token * shape.Channels) + (head * headSize), headSize);
                ReadOnlySpan<float> row = attention.Slice(((token * heads) + head) * shape.Total, shape.Total);
                int visible = shape.Visible(token);
                for (int key = 0; key < visible; key++)
                {
                    AddScaled(values.Slice((key * shape.Channels) + (head * headSize), headSize), row[key], mixed);
                }
            }
        }
    }

    /// <summary>
    /// Backward of <see cref="WeightedValues"/>: attentionGradient[t, h, u] = outputGradient[t, h] · values[u, h] over the
    /// visible u and 0 beyond; valuesGradient[u, h] += Σₜ attention[t, h, u] · outputGradient[t, h].
    /// </summary>
    /// <param name="attention">[tokens, heads · total]</param>
    /// <param name="values">[total, heads · headSize]</param>
    /// <param name="outputGradient">[tokens, heads · headSize]</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="attentionGradient">[tokens, heads · total]; memory of its own.</param>
    /// <param name="valuesGradient">[total, heads · headSize], added to; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or there are more queries than keys.</exception>
    public void WeightedValuesBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, ReadOnlySpan<float> outputGradient, int heads, int headSize,
        Span<float> attentionGradient, Span<float> valuesGradient)
    {
        Shape shape = Check(outputGradient.Length, values.Length, heads, headSize, attention.Length);
        Require.Length(attentionGradient.Length, attention.Length);
        Require.Length(valuesGradient.Length, values.Length);
        for (int token = 0; token < shape.Tokens; token++)
        {
            for (int head = 0; head < heads; head++)
            {
                ReadOnlySpan<float> gradient = outputGradient.Slice((token * shape.Channels) + (head * headSize), headSize);
                int start = ((token * heads) + head) * shape.Total;
                int visible = shape.Visible(token);
                for (int key = 0; key < visible; key++)
                {
                    int at = (key * shape.Channels) + (head * headSize);
                    attentionGradient[start + key] = Dot(gradient, values.Slice(at, headSize));
                    AddScaled(gradient, attention[start + key], valuesGradient.Slice(at, headSize));
                }

                attentionGradient[(start + visible)..(start + shape.Total)].Clear();
            }
        }
    }

    /// <summary>
    /// Backward of <see cref="Normalise"/>, per token and head: scoresGradient = attention × (attentionGradient −
    /// Σ attention · attentionGradient).
    /// </summary>
    /// <param name="attention">[tokens, heads · total]; its masked entries are 0, and so become the gradient's.</param>
    /// <param name="attentionGradient">[tokens, heads · total]</param>
    /// <param name="tokens">Number of queries, at least 1.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="scoresGradient">[tokens, heads · total]; may be the attention's gradient itself.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public void NormaliseBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> attentionGradient, int tokens, int heads, Span<float> scoresGradient)
    {
        int total = Require.WholeRows(attention.Length, Require.Product(tokens, heads));
        Require.Length(attentionGradient.Length, attention.Length);
        Require.Length(scoresGradient.Length, attention.Length);
        Require.SameOrApart(attentionGradient, scoresGradient);
        for (int row = 0; row < tokens * heads; row++)
        {
            ReadOnlySpan<float> probabilities = attention.Slice(row * total, total);
            ReadOnlySpan<float> gradient = attentionGradient.Slice(row * total, total);
            Span<float> result = scoresGradient.Slice(row * total, total);
            float mean = Dot(probabilities, gradient);
            for (int key = 0; key < total; key++)
            {
                result[key] = probabilities[key] * (gradient[key] - mean);
            }
        }
    }

    /// <summary>
    /// Backward of <see cref="Scores"/>: queriesGradient[t, h] += Σᵤ s[t, h, u] · k[u, h] / √headSize and
    /// keysGradient[u, h] += Σₜ s[t, h, u] · q[t, h] / √headSize over the visible u, with s the gradient of the scores.
    /// </summary>
    /// <param name="queries">[tokens, heads · headSize]</param>
    /// <param name="keys">[total, heads · headSize]</param>
    /// <param name="scoresGradient">[tokens, heads · total]</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="headSize">Columns of a head, at least 1.</param>
    /// <param name="queriesGradient">[tokens, heads · headSize], added to; memory of its own.</param>
    /// <param name="keysGradient">[total, heads · headSize], added to; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or there are more queries than keys.</exception>
    public void ScoresBackward(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> scoresGradient, int heads, int headSize,
        Span<float> queriesGradient, Span<float> keysGradient)
    {
        Shape shape = Check(queries.Length, keys.Length, heads, headSize, scoresGradient.Length);
        Require.Length(queriesGradient.Length, queries.Length);
        Require.Length(keysGradient.Length, keys.Length);
        float scale = 1 / MathF.Sqrt(headSize);
        for (int token = 0; token < shape.Tokens; token++)
        {
            for (int head = 0; head < heads; head++)
            {
                int query = (token * shape.Channels) + (head * headSize);
                ReadOnlySpan<float> row = scoresGradient.Slice(((token * heads) + head) * shape.Total, shape.Total);
                int visible = shape.Visible(token);
                for (int key = 0; key < visible; key++)
                {
                    int at = (key * shape.Channels) + (head * headSize);
                    float gradient = scale * row[key];
                    AddScaled(keys.Slice(at, headSize), gradient, queriesGradient.Slice(query, headSize));
                    AddScaled(queries.Slice(query, headSize), gradient, keysGradient.Slice(at, headSize));
                }
            }
        }
    }

    private static Shape Check(
        int queryLength, int keyLength, int heads, int headSize, int scoreLength,
        [CallerArgumentExpression(nameof(queryLength))] string queryName = "",
        [CallerArgumentExpression(nameof(keyLength))] string keyName = "",
        [CallerArgumentExpression(nameof(scoreLength))] string scoreName = "")
    {
        Require.Positive(heads);
        Require.Positive(headSize);
        int channels = Require.Product(heads, headSize);
        int tokens = Require.WholeRows(queryLength, channels, queryName);
        var shape = new Shape(tokens, Require.WholeRows(keyLength, channels, keyName), channels);
        shape.CheckQueriesFit();
        Require.Length(scoreLength, Require.Product(Require.Product(tokens, heads), shape.Total), scoreName);
        return shape;
    }

    /// <summary>Σ left·right; the spans are equally long.</summary>
    private protected abstract float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right);

    /// <summary>sum += source × scale; the spans are equally long.</summary>
    private protected abstract void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum);

    private readonly record struct Shape(int Tokens, int Total, int Channels)
    {
        /// <summary>How many keys the query in row <paramref name="token"/> sees.</summary>
        public int Visible(int token) => Total - Tokens + token + 1;

        public void CheckQueriesFit()
        {
            if (Tokens > Total)
            {
                throw new ArgumentException($"there are {Tokens} queries, expected at most one for each of the {Total} keys");
            }
        }
    }
}

internal sealed class CausalAttentionScalar(SoftmaxScalar softmax) : CausalAttention(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        ScalarLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        ScalarLoops.AddScaled(source, scale, sum);
}

internal sealed class CausalAttentionTensorPrimitives(SoftmaxTensorPrimitives softmax) : CausalAttention(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        Tensors.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        Tensors.MultiplyAdd(source, scale, sum, sum);
}

internal sealed class CausalAttentionVector(SoftmaxVector softmax) : CausalAttention(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        VectorLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        VectorLoops.AddScaled(source, scale, sum);
}
