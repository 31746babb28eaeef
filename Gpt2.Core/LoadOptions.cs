// How a model is read and what it computes with.

using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Core;

/// <summary>Settings of <see cref="LanguageModel.Load(string, LoadOptions?, IProgress{double}?, CancellationToken)"/>.</summary>
public sealed record LoadOptions
{
    /// <summary>The kernels to compute with; null for the fastest, on all cores.</summary>
    public KernelSet? Kernels { get; init; }

    /// <summary>What the weights of products are stored as: fewer bits are faster and a little less exact.</summary>
    public WeightType Weights { get; init; } = WeightType.Float32;

    /// <summary>
    /// Whether the weights stay matrices that <see cref="Gpt2Model.Weights"/> shows, in float32 whatever <see cref="Weights"/> says. The
    /// fastest kernels are slower with them.
    /// </summary>
    public bool KeepMatrices { get; init; }

    /// <summary>The format to take where a folder holds several; null to go by the files.</summary>
    public ModelFormat? Format { get; init; }

    /// <summary>Whether a large CSV folder may leave a binary copy in the user's cache and be read from there, see <see cref="WeightsCache"/>.</summary>
    public bool UseCache { get; init; } = true;
}
