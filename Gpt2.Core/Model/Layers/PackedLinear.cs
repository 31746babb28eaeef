// A linear map whose weights were packed once, in the order in which the kernels read them, in full or reduced
// precision.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model.Layers;

/// <summary>A linear map for inference.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal abstract class PackedLinear : LinearMap
{
    private readonly string name;

    private protected PackedLinear(string name, int inputs, int outputs, Matrix? bias)
    {
        this.name = name;
        Inputs = inputs;
        Outputs = outputs;
        Bias = bias;
    }

    public override int Inputs { get; }

    public override int Outputs { get; }

    public abstract WeightType Type { get; }

    /// <summary>Bytes of the packed weights.</summary>
    public abstract long Bytes { get; }

    private protected Matrix? Bias { get; }

    /// <summary>Copies the weights of one output, as floats.</summary>
    /// <param name="output">Index of the output, from 0.</param>
    /// <param name="destination">[inputs]</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such output, or the destination is too short.
    /// </exception>
    public void CopyWeightsOf(int output, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)output, (uint)Outputs, nameof(output));
        CopyColumn(output, destination[..Inputs]);
    }

    public override string ToString() => $"{name} [{Inputs}, {Outputs}], packed as {Type}";

    /// <summary>
    /// Packs a map's weights in their own memory, or in new memory and frees theirs; the map's weights are empty
    /// afterwards.
    /// </summary>
    /// <param name="map">The map.</param>
    /// <param name="type">The type to pack the weights in.</param>
    /// <param name="buffer">Working memory for packing.</param>
    internal static PackedLinear TakeOver(DenseLinear map, WeightType type, Matrix buffer) =>
        type == WeightType.Float32 ? Float32Linear.TakeOver(map, buffer) : ReducedLinear.TakeOver(map, type);

    /// <summary>The same for weights with one row per output.</summary>
    internal static PackedLinear TakeOver(TransposedLinear map, WeightType type, Matrix buffer) =>
        type == WeightType.Float32 ? Float32Linear.TakeOver(map, buffer) : ReducedLinear.TakeOver(map, type);

    private protected abstract void CopyColumn(int output, Span<float> destination);
}
