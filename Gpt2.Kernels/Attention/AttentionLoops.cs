// Attention on the rungs below Tuned: the loops over tokens, heads and keys are written once; each rung supplies the
// two inner loops (dot product, scaled addition) and its softmax.

using Gpt2.Kernels.Softmax;

namespace Gpt2.Kernels.Attention;

/// <summary>Attention made of dot products and scaled additions.</summary>
internal abstract class AttentionLoops(SoftmaxKernel softmax) : AttentionKernel
{
    private protected override void ScoreHeads(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, in AttentionShape shape, Span<float> scores)
    {
        float scale = shape.Scale; // 1 / √headSize in GPT-2
        for (int sequence = 0; sequence < shape.Sequences; sequence++)
        {
            for (int token = 0; token < shape.Tokens; token++)
            {
                int visible = shape.Visible(token);
                for (int head = 0; head < shape.Heads; head++)
                {
                    ReadOnlySpan<float> query = queries.Slice(shape.QueryAt(sequence, token, head), shape.HeadSize);
                    Span<float> row = scores.Slice(shape.ScoreAt(sequence, token, head), shape.Total);
                    for (int key = 0; key < visible; key++)
                    {
                        row[key] = scale * Dot(query, keys.Slice(shape.KeyAt(sequence, key, head), shape.HeadSize));
                    }

                    row[visible..].Fill(MaskedScore);
                }
            }
        }
    }

    private protected override void NormaliseHeads(ReadOnlySpan<float> scores, in AttentionShape shape, Span<float> attention)
    {
        for (int sequence = 0; sequence < shape.Sequences; sequence++)
        {
            for (int token = 0; token < shape.Tokens; token++)
            {
                int visible = shape.Visible(token);
                for (int head = 0; head < shape.Heads; head++)
                {
                    int start = shape.ScoreAt(sequence, token, head);
                    softmax.Row(scores.Slice(start, visible), attention.Slice(start, visible));
                    attention[(start + visible)..(start + shape.Total)].Clear();
                }
            }
        }
    }

    private protected override void WeighHeads(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, in AttentionShape shape, Span<float> output)
    {
        output.Clear();
        for (int sequence = 0; sequence < shape.Sequences; sequence++)
        {
            for (int token = 0; token < shape.Tokens; token++)
            {
                int visible = shape.Visible(token);
                for (int head = 0; head < shape.Heads; head++)
                {
                    Span<float> mixed = output.Slice(shape.QueryAt(sequence, token, head), shape.HeadSize);
                    ReadOnlySpan<float> row = attention.Slice(shape.ScoreAt(sequence, token, head), visible);
                    for (int key = 0; key < visible; key++)
                    {
                        AddScaled(values.Slice(shape.KeyAt(sequence, key, head), shape.HeadSize), row[key], mixed);
                    }
                }
            }
        }
    }

    private protected override void WeighHeadsBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, ReadOnlySpan<float> outputGradient, in AttentionShape shape,
        Span<float> attentionGradient, Span<float> valuesGradient)
    {
        valuesGradient.Clear();
        for (int sequence = 0; sequence < shape.Sequences; sequence++)
        {
            for (int token = 0; token < shape.Tokens; token++)
            {
                int visible = shape.Visible(token);
                for (int head = 0; head < shape.Heads; head++)
                {
                    ReadOnlySpan<float> gradient = outputGradient.Slice(shape.QueryAt(sequence, token, head), shape.HeadSize);
                    int start = shape.ScoreAt(sequence, token, head);
                    for (int key = 0; key < visible; key++)
                    {
                        int at = shape.KeyAt(sequence, key, head);
                        attentionGradient[start + key] = Dot(gradient, values.Slice(at, shape.HeadSize));
                        AddScaled(gradient, attention[start + key], valuesGradient.Slice(at, shape.HeadSize));
                    }

                    attentionGradient[(start + visible)..(start + shape.Total)].Clear();
                }
            }
        }
    }

    private protected override void NormaliseHeadsBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> attentionGradient, in AttentionShape shape, Span<float> scoresGradient)
    {
        for (int sequence = 0; sequence < shape.Sequences; sequence++)
        {
            for (int token = 0; token < shape.Tokens; token++)
            {
                int visible = shape.Visible(token);
                for (int head = 0; head < shape.Heads; head++)
                {
                    int start = shape.ScoreAt(sequence, token, head);
                    ReadOnlySpan<float> probabilities = attention.Slice(start, visible);
                    ReadOnlySpan<float> gradient = attentionGradient.Slice(start, visible);
                    Span<float> result = scoresGradient.Slice(start, shape.Total);
                    float mean = Dot(probabilities, gradient);
                    for (int key = 0; key < visible; key++)
                    {
                        result[key] = probabilities[key] * (gradient[key] - mean);
                    }

                    result[visible..].Clear();
                }
            }
        }
    }

    private protected override void ScoreHeadsBackward(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> scoresGradient, in AttentionShape shape,
        Span<float> queriesGradient, Span<float> keysGradient)
    {
        queriesGradient.Clear();
        keysGradient.Clear();
        float scale = shape.Scale; // 1 / √headSize in GPT-2
        for (int sequence = 0; sequence < shape.Sequences; sequence++)
        {
            for (int token = 0; token < shape.Tokens; token++)
            {
                int visible = shape.Visible(token);
                for (int head = 0; head < shape.Heads; head++)
                {
                    int query = shape.QueryAt(sequence, token, head);
                    ReadOnlySpan<float> row = scoresGradient.Slice(shape.ScoreAt(sequence, token, head), visible);
                    for (int key = 0; key < visible; key++)
                    {
                        int at = shape.KeyAt(sequence, key, head);
                        float gradient = scale * row[key];
                        AddScaled(keys.Slice(at, shape.HeadSize), gradient, queriesGradient.Slice(query, shape.HeadSize));
                        AddScaled(queries.Slice(query, shape.HeadSize), gradient, keysGradient.Slice(at, shape.HeadSize));
                    }
                }
            }
        }
    }

    /// <summary>Σ left·right; the spans are equally long.</summary>
    private protected abstract float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right);

    /// <summary>sum += source × scale; the spans are equally long.</summary>
    private protected abstract void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum);
}
