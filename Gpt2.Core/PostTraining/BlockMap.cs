// The four linear maps of a block as data: their names, shapes and places in a block's layers.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining;

/// <summary>One of the linear maps that every block has.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Name">Its name in the checkpoint, after the block's: attn/c_attn.</param>
/// <param name="Inputs">Its number of inputs.</param>
/// <param name="Outputs">Its number of outputs.</param>
/// <param name="In">The map in a block's layers.</param>
/// <param name="Weight">The map's matrix in a block's weights.</param>
internal sealed record BlockMap(
    AdaptedMaps Kind, string Name, Func<Gpt2Config, int> Inputs, Func<Gpt2Config, int> Outputs, Func<BlockLayers, LinearMap> In,
    Func<BlockWeights, Matrix> Weight)
{
    /// <summary>All four, in the order of the forward pass.</summary>
    public static IReadOnlyList<BlockMap> All { get; } =
    [
        new(AdaptedMaps.AttentionQkv, "attn/c_attn", config => config.Channels, config => 3 * config.Channels,
            layers => layers.AttentionQkv, weights => weights.AttentionQkv.Weight),
        new(AdaptedMaps.AttentionProjection, "attn/c_proj", config => config.Channels, config => config.Channels,
            layers => layers.AttentionProjection, weights => weights.AttentionProjection.Weight),
        new(AdaptedMaps.MlpHidden, "mlp/c_fc", config => config.Channels, config => config.Hidden,
            layers => layers.MlpHidden, weights => weights.MlpHidden.Weight),
        new(AdaptedMaps.MlpProjection, "mlp/c_proj", config => config.Hidden, config => config.Channels,
            layers => layers.MlpProjection, weights => weights.MlpProjection.Weight),
    ];

    /// <summary>The name of this map of a block: h0/attn/c_attn.</summary>
    public string NameIn(int block) => $"h{block}/{Name}";
}
