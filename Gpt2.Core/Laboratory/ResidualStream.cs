// The residual stream of one token as a sum: what it starts from, and what every attention and every MLP adds to it.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Core.Laboratory;

/// <summary>What is added to the residual stream.</summary>
internal enum StreamPart
{
    /// <summary>The token's embedding, with which the stream begins.</summary>
    Token,

    /// <summary>The embedding of its position.</summary>
    Position,

    /// <summary>The attention of a block, step 9.</summary>
    Attention,

    /// <summary>The feed-forward layer of a block, step 15.</summary>
    Mlp,
}

/// <summary>One addition to the residual stream of a token. Lengths are Euclidean norms, ‖x‖ = √Σ xᵢ².</summary>
/// <param name="Part">What is added.</param>
/// <param name="Block">By which block; null before the blocks.</param>
/// <param name="Added">The length of what is added.</param>
/// <param name="Cosine">
/// The cosine of its angle to the stream it is added to: 1 makes that longer, 0 turns it, −1 takes away from it. Null if one of them is zero,
/// and for the token's embedding, which is added to nothing.
/// </param>
/// <param name="Before">The length of the stream before.</param>
/// <param name="After">The length of the stream after.</param>
internal readonly record struct StreamAddition(StreamPart Part, int? Block, double Added, double? Cosine, double Before, double After);

/// <summary>
/// Takes the residual stream apart: x_L = token + position + Σ over the blocks of (attention + MLP), every one of these in the same
/// channels. Elhage et al., "A Mathematical Framework for Transformer Circuits" (2021), section "The residual stream as a communication
/// channel". All sums are in double precision.
/// </summary>
internal static class ResidualStream
{
    /// <summary>Every addition to the stream of one token, in the order in which they happen.</summary>
    /// <param name="trace">A trace.</param>
    /// <param name="layers">The number of blocks.</param>
    /// <param name="row">The token's position in the prompt.</param>
    public static IReadOnlyList<StreamAddition> Of(ForwardTrace trace, int layers, int row)
    {
        ForwardActivations a = trace.Activations;
        ReadOnlySpan<float> token = a.TokenEmbeddings.Row(row);
        double tokenLength = Norm(token);
        var additions = new List<StreamAddition>
        {
            new(StreamPart.Token, null, tokenLength, null, 0, tokenLength),
            Addition(StreamPart.Position, null, token, PositionOf(trace, row), a.PositionEmbeddings.Row(row)),
        };
        foreach (int block in Enumerable.Range(0, layers))
        {
            BlockActivations b = a.Block(block);
            additions.Add(Addition(StreamPart.Attention, block, b.Input.Row(row), b.AttentionOutput.Row(row), b.Residual1.Row(row)));
            additions.Add(Addition(StreamPart.Mlp, block, b.Residual1.Row(row), b.MlpOutput.Row(row), b.Residual2.Row(row)));
        }

        return additions;
    }

    /// <summary>What an addition adds, [1, channels]: a copy.</summary>
    public static float[] RowOf(ForwardTrace trace, StreamAddition addition, int row) => addition.Part switch
    {
        StreamPart.Token => trace.Activations.TokenEmbeddings.Row(row).ToArray(),
        StreamPart.Position => PositionOf(trace, row),
        StreamPart.Attention => trace.Activations.Block(addition.Block!.Value).AttentionOutput.Row(row).ToArray(),
        _ => trace.Activations.Block(addition.Block!.Value).MlpOutput.Row(row).ToArray(),
    };

    /// <summary>The length of a row.</summary>
    public static double Norm(ReadOnlySpan<float> row) => VectorGeometry.Length(VectorGeometry.Doubles(row));

    /// <summary>The trace has the sum of both embeddings.</summary>
    private static float[] PositionOf(ForwardTrace trace, int row)
    {
        Matrix token = trace.Activations.TokenEmbeddings, sum = trace.Activations.PositionEmbeddings;
        return [.. Enumerable.Range(0, sum.Columns).Select(channel => sum[row, channel] - token[row, channel])];
    }

    private static StreamAddition Addition(
        StreamPart part, int? block, ReadOnlySpan<float> before, ReadOnlySpan<float> added, ReadOnlySpan<float> after)
    {
        double[] stream = VectorGeometry.Doubles(before), addition = VectorGeometry.Doubles(added);
        return new StreamAddition(
            part, block, VectorGeometry.Length(addition), VectorGeometry.Cosine(stream, addition), VectorGeometry.Length(stream), Norm(after));
    }
}
