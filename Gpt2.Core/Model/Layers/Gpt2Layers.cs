// The layers of the forward pass: every linear map of a block is behind one abstraction, so that the pass does not
// depend on how weights are stored.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model.Layers;

/// <summary>A model's layers in the order in which the forward pass uses them.</summary>
/// <param name="TokenEmbedding">wte, [vocabulary, channels]</param>
/// <param name="PositionEmbedding">wpe, [context, channels]</param>
/// <param name="Blocks">The blocks.</param>
/// <param name="FinalNorm">ln_f</param>
/// <param name="Head">The map from the last hidden state to logits, [channels, vocabulary].</param>
internal sealed record Gpt2Layers(
    EmbeddingTable TokenEmbedding, Matrix PositionEmbedding, BlockLayers[] Blocks, LayerNormWeights FinalNorm, LinearMap Head)
{
    /// <summary>Layers that use the weights in place: the forward pass sees what training changes.</summary>
    public static Gpt2Layers Of(Gpt2Weights weights) => new(
        new DenseEmbedding(weights.TokenEmbedding), weights.PositionEmbedding,
        [.. weights.Blocks.Select(block => new BlockLayers(
            block.Ln1, block.AttentionQkv, block.AttentionProjection, block.Ln2, block.MlpHidden, block.MlpProjection))],
        weights.FinalNorm, weights.Head);

    /// <summary>
    /// Packs the weights for inference in the memory they have, matrix by matrix. The matrices that products read are
    /// empty afterwards.
    /// </summary>
    /// <param name="weights">The weights.</param>
    /// <param name="type">The type to pack them in.</param>
    /// <exception cref="Gpt2Exception">A weight is not finite, and the type cannot represent it.</exception>
    internal static Gpt2Layers TakeOver(Gpt2Weights weights, WeightType type = WeightType.Float32)
    {
        var buffer = new Matrix("packing buffer");
        BlockLayers[] blocks =
        [
            .. weights.Blocks.Select(block => new BlockLayers(
                block.Ln1, PackedLinear.TakeOver(block.AttentionQkv, type, buffer), PackedLinear.TakeOver(block.AttentionProjection, type, buffer),
                block.Ln2, PackedLinear.TakeOver(block.MlpHidden, type, buffer), PackedLinear.TakeOver(block.MlpProjection, type, buffer))),
        ];
        PackedLinear head = PackedLinear.TakeOver(weights.Head, type, buffer);
        EmbeddingTable tokens = weights.Config.TiedHead ? new TiedEmbedding(head) : new DenseEmbedding(weights.TokenEmbedding);
        return new Gpt2Layers(tokens, weights.PositionEmbedding, blocks, weights.FinalNorm, head);
    }
}

/// <summary>One block's layers.</summary>
/// <param name="Ln1">ln_1</param>
/// <param name="AttentionQkv">attn/c_attn, [channels, 3 · channels]</param>
/// <param name="AttentionProjection">attn/c_proj, [channels, channels]</param>
/// <param name="Ln2">ln_2</param>
/// <param name="MlpHidden">mlp/c_fc, [channels, hidden]</param>
/// <param name="MlpProjection">mlp/c_proj, [hidden, channels]</param>
internal sealed record BlockLayers(
    LayerNormWeights Ln1, LinearMap AttentionQkv, LinearMap AttentionProjection, LayerNormWeights Ln2, LinearMap MlpHidden,
    LinearMap MlpProjection);
