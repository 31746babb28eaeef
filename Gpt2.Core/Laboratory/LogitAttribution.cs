// Direct logit attribution: what each head, each feed-forward layer and the embeddings add to the logit of a token. Every one of them
// only adds to the residual stream, and the head is a linear map once the mean and the variance of its layer normalisation are taken
// as they are, so a logit is a sum of parts.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Core.Laboratory;

/// <summary>What a part of a logit comes from.</summary>
public enum LogitPart
{
    /// <summary>The token's row of wte.</summary>
    TokenEmbedding,

    /// <summary>The position's row of wpe.</summary>
    PositionEmbedding,

    /// <summary>A head of a block: its attended values · its rows of c_proj_w.</summary>
    Head,

    /// <summary>The bias of a block's attention, c_proj_b, which belongs to no head.</summary>
    AttentionBias,

    /// <summary>A block's feed-forward layer, step 15.</summary>
    Mlp,

    /// <summary>The bias of ln_f, which does not depend on the prompt.</summary>
    FinalNormBias,

    /// <summary>What was changed in the residual stream itself, if the pass was edited.</summary>
    Edits,
}

/// <summary>A part of a logit.</summary>
/// <param name="Part">What it comes from.</param>
/// <param name="Block">Its block; null if it belongs to none.</param>
/// <param name="Head">Its head; null if it is not one.</param>
/// <param name="Value">What it adds to the logit.</param>
public readonly record struct LogitContribution(LogitPart Part, int? Block, int? Head, double Value);

/// <summary>A logit as a sum of its parts, in double precision.</summary>
public sealed class LogitAttribution
{
    private LogitAttribution(int row, int token, IReadOnlyList<LogitContribution> parts)
    {
        Row = row;
        Token = token;
        Parts = parts;
    }

    /// <summary>The token's position in the prompt.</summary>
    public int Row { get; }

    /// <summary>The token whose logit it is.</summary>
    public int Token { get; }

    /// <summary>The parts in the order of the model: embeddings, of each block its heads, bias and feed-forward layer, the bias of ln_f.</summary>
    public IReadOnlyList<LogitContribution> Parts { get; }

    /// <summary>The sum of all parts: the logit, but for rounding.</summary>
    public double Sum => Parts.Sum(part => part.Value);

    /// <summary>
    /// Divides a logit. With x the last row of the residual stream, w the token's row of the head, g and b ln_f's gain and bias, and m
    /// and σ the mean and deviation of x, the logit is Σ (x − m) / σ · g · w + Σ b · w. A part p of x therefore adds p · v, where
    /// v = g · w / σ minus its own mean.
    /// </summary>
    /// <param name="model">A model whose weights are matrices.</param>
    /// <param name="trace">A trace of it.</param>
    /// <param name="row">The token's position in the prompt.</param>
    /// <param name="token">The token whose logit is divided.</param>
    /// <exception cref="InvalidOperationException">The model's weights were packed for inference.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or token.</exception>
    public static LogitAttribution Of(Gpt2Model model, ForwardTrace trace, int row, int token)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)trace.Ids.Count, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)model.Config.Vocabulary, nameof(token));
        Gpt2Weights weights = model.Weights;
        ForwardActivations a = trace.Activations;
        ReadOnlySpan<float> stream = a.Block(model.Config.Layers - 1).Residual2.Row(row);
        double[] direction = DirectionOf(weights, stream, token);

        double tokenEmbedding = Dot(a.TokenEmbeddings.Row(row), direction);
        var parts = new List<LogitContribution>
        {
            new(LogitPart.TokenEmbedding, null, null, tokenEmbedding),
            new(LogitPart.PositionEmbedding, null, null, Dot(a.PositionEmbeddings.Row(row), direction) - tokenEmbedding),
        };
        for (int block = 0; block < model.Config.Layers; block++)
        {
            AddBlock(weights.Blocks[block], a.Block(block), block, row, model.Config, direction, parts);
        }

        double edits = Dot(stream, direction) - parts.Sum(part => part.Value);
        parts.Add(new(LogitPart.FinalNormBias, null, null, Dot(weights.Head.Weight.Row(token), weights.FinalNorm.Bias.Span)));
        if (a.Edits is not null)
        {
            parts.Add(new(LogitPart.Edits, null, null, edits));
        }

        return new LogitAttribution(row, token, parts);
    }

    private static void AddBlock(
        BlockWeights weights, BlockActivations a, int block, int row, Gpt2Config config, double[] direction, List<LogitContribution> parts)
    {
        ReadOnlySpan<float> attended = a.AttendedValues.Row(row);
        Matrix projection = weights.AttentionProjection.Weight;
        for (int head = 0; head < config.Heads; head++)
        {
            double sum = 0;
            for (int channel = head * config.HeadSize; channel < (head + 1) * config.HeadSize; channel++)
            {
                sum += attended[channel] * Dot(projection.Row(channel), direction);
            }

            parts.Add(new(LogitPart.Head, block, head, sum));
        }

        parts.Add(new(LogitPart.AttentionBias, block, null, Dot(weights.AttentionProjection.Bias!.Span, direction)));
        parts.Add(new(LogitPart.Mlp, block, null, Dot(a.MlpOutput.Row(row), direction)));
    }

    /// <summary>v: what a unit of each channel of the residual stream adds to the token's logit.</summary>
    private static double[] DirectionOf(Gpt2Weights weights, ReadOnlySpan<float> stream, int token)
    {
        double mean = 0, variance = 0;
        foreach (float x in stream)
        {
            mean += x;
        }

        mean /= stream.Length;
        foreach (float x in stream)
        {
            variance += (x - mean) * (x - mean);
        }

        double deviation = Math.Sqrt((variance / stream.Length) + weights.Config.LayerNormEpsilon);
        ReadOnlySpan<float> gain = weights.FinalNorm.Gain.Span, row = weights.Head.Weight.Row(token);
        var direction = new double[stream.Length];
        for (int channel = 0; channel < direction.Length; channel++)
        {
            direction[channel] = (double)gain[channel] * row[channel] / deviation;
        }

        double own = direction.Average();
        for (int channel = 0; channel < direction.Length; channel++)
        {
            direction[channel] -= own;
        }

        return direction;
    }

    private static double Dot(ReadOnlySpan<float> part, double[] direction)
    {
        double sum = 0;
        for (int channel = 0; channel < part.Length; channel++)
        {
            sum += part[channel] * direction[channel];
        }

        return sum;
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int channel = 0; channel < left.Length; channel++)
        {
            sum += (double)left[channel] * right[channel];
        }

        return sum;
    }
}
