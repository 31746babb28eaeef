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

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum)
    {
        for (int i = 0; i < source.Length; i++)
        {
            sum[i] += scale * source[i];
        }
    }
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
