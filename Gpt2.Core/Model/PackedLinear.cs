// A linear map whose weights were packed once, in the order in which the Tuned kernels read them.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>A map for inference: float32 weights in panels of 32 columns, see <see cref="WeightPanels"/>.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class PackedLinear : LinearMap
{
    private readonly string name;
    private readonly Memory<float> panels;
    private readonly Matrix? bias;

    private PackedLinear(string name, int inputs, int outputs, Memory<float> panels, Matrix? bias)
    {
        this.name = name;
        Inputs = inputs;
        Outputs = outputs;
        this.panels = panels;
        this.bias = bias;
    }

    public override int Inputs { get; }

    public override int Outputs { get; }

    /// <summary>Takes the memory of a map's weights over and packs them there; the weights are empty afterwards.</summary>
    /// <param name="map">The map.</param>
    /// <param name="buffer">Memory to pack in.</param>
    internal static PackedLinear TakeOver(DenseLinear map, Matrix buffer)
    {
        (string name, int inputs, int outputs) = (map.Weight.Name, map.Inputs, map.Outputs);
        int length = WeightPanels.Length(inputs, outputs);
        ReadOnlySpan<float> weights = map.Weight.Span;
        buffer.Resize(1, length);
        Span<float> packed = buffer.Span;
        WeightPanels.Pack(weights, inputs, outputs, packed);
        Memory<float> memory = Fitting(map.Weight.Detach(), length);
        packed.CopyTo(memory.Span);
        return new PackedLinear(name, inputs, outputs, memory, map.Bias);
    }

    /// <summary>The same for weights that are stored per output.</summary>
    internal static PackedLinear TakeOver(TransposedLinear map, Matrix buffer)
    {
        (string name, int inputs, int outputs) = (map.Weight.Name, map.Inputs, map.Outputs);

        // The rows of a panel lie together, and the panel takes their place: a buffer of one panel is enough.
        int whole = outputs - (outputs % WeightPanels.Width);
        int panelLength = inputs * WeightPanels.Width;
        Memory<float> memory = Fitting(map.Weight.Detach(), WeightPanels.Length(inputs, outputs));
        buffer.Resize(1, panelLength);
        Span<float> packed = buffer.Span;
        for (int column = 0; column < outputs; column += WeightPanels.Width)
        {
            int columns = column < whole ? WeightPanels.Width : outputs - whole;
            Span<float> place = memory.Span.Slice(column * inputs, panelLength);
            WeightPanels.PackTransposed(place[..(columns * inputs)], inputs, columns, packed);
            packed.CopyTo(place);
        }

        return new PackedLinear(name, inputs, outputs, memory, bias: null);
    }

    /// <summary>Copies the weights of one output.</summary>
    /// <param name="output">Which, from 0.</param>
    /// <param name="destination">[inputs]</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output, or the destination is too short.</exception>
    public void CopyWeightsOf(int output, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)output, (uint)Outputs, nameof(output));
        WeightPanels.CopyColumn(panels.Span, output, destination[..Inputs]);
    }

    public override string ToString() => $"{name} [{Inputs}, {Outputs}], packed";

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output) =>
        kernels.MatMul.MultiplyPacked(input.Span, panels.Span, bias is null ? [] : bias.Span, Inputs, Outputs, output.Span);

    /// <summary>The memory itself if it is large enough, else a larger copy of it.</summary>
    private static Memory<float> Fitting(Memory<float> memory, int length)
    {
        if (memory.Length >= length)
        {
            return memory[..length];
        }

        Memory<float> larger = CacheAligned.Allocate(length, zeroed: false);
        memory.CopyTo(larger);
        return larger;
    }
}
