// The model that an adapter is trained on. Its weights are frozen, so they may be stored in fewer bits: Dettmers et al., "QLoRA:
// Efficient Finetuning of Quantized LLMs".

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Kernels;

namespace Gpt2.Core.PostTraining;

internal static class FrozenModel
{
    /// <summary>The model of weights: in f32 they stay matrices, in another type they are packed and must not be used afterwards.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="type">The type to store them in.</param>
    /// <exception cref="Gpt2Exception">A weight is not finite, and the type cannot represent it.</exception>
    public static Gpt2Model Of(Gpt2Weights weights, KernelSet kernels, WeightType type) =>
        type == WeightType.Float32 ? new Gpt2Model(weights, kernels) : Gpt2Model.ForInference(weights, kernels, type);

    /// <summary>Bytes of a model's weights as they are stored.</summary>
    public static long Bytes(Gpt2Model model)
    {
        IEnumerable<LinearMap> maps = model.Layers.Blocks
            .SelectMany(block => (LinearMap[])[block.AttentionQkv, block.AttentionProjection, block.MlpHidden, block.MlpProjection])
            .Append(model.Layers.Head);
        return (sizeof(float) * model.Config.Parameters)
            + maps.OfType<PackedLinear>().Sum(map => map.Bytes - ((long)sizeof(float) * map.Inputs * map.Outputs));
    }
}
