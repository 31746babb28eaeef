// How a model is read and what it computes with.

using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Core;

/// <summary>
/// Settings of <see cref="LanguageModel.Load(string, LoadOptions?, IProgress{double}?, CancellationToken)"/>.
/// </summary>
public sealed record LoadOptions
{
    /// <summary>The kernels to compute with; null for the fastest, on all cores.</summary>
    public KernelSet? Kernels { get; init; }

    /// <summary>The type to store the weights of products in: fewer bits are faster and a little less exact.</summary>
    public WeightType Weights { get; init; } = WeightType.Float32;

    /// <summary>
    /// Whether the weights stay matrices, visible in <see cref="Gpt2Model.Weights"/>, in float32 whatever
    /// <see cref="Weights"/> says. The fastest kernels are slower with them.
    /// </summary>
    public bool KeepMatrices { get; init; }

    /// <summary>
    /// Folders or names of adapters that were trained on the model, CSV or PEFT. They are added to its weights, before these are
    /// stored in another type.
    /// </summary>
    public IReadOnlyList<string> Adapters { get; init; } = [];

    /// <summary>The format to use if a folder holds several; null to recognise it by the files.</summary>
    public ModelFormat? Format { get; init; }

    /// <summary>
    /// Whether a binary copy of a large CSV folder may be kept in the user's cache and read from there, which is faster.
    /// </summary>
    public bool UseCache { get; init; } = true;
}
