// A packed map in full precision, in the memory of the original weights but in another order.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;

namespace Gpt2.Core.Model.Layers;

/// <summary>
/// 32-bit floats in panels (see <see cref="WeightPanels"/>); products have the same bits as with unpacked weights.
/// </summary>
internal sealed class Float32Linear : PackedLinear
{
    private readonly Memory<float> panels;

    private Float32Linear(string name, int inputs, int outputs, Memory<float> panels, Matrix? bias)
        : base(name, inputs, outputs, bias) => this.panels = panels;

    public override WeightType Type => WeightType.Float32;

    public override long Bytes => sizeof(float) * (long)panels.Length;

    /// <summary>Packs a map's weights in the memory they have; the map's weights are empty afterwards.</summary>
    /// <param name="map">The map.</param>
    /// <param name="buffer">Working memory for packing.</param>
    public static Float32Linear TakeOver(DenseLinear map, Matrix buffer)
    {
        (string name, int inputs, int outputs) = (map.Weight.Name, map.Inputs, map.Outputs);
        int length = WeightPanels.Length(inputs, outputs);
        ReadOnlySpan<float> weights = map.Weight.Span;
        buffer.Resize(1, length);
        Span<float> packed = buffer.Span;
        WeightPanels.Pack(weights, inputs, outputs, packed);
        Memory<float> memory = Fitting(map.Weight.Detach(), length);
        packed.CopyTo(memory.Span);
        return new Float32Linear(name, inputs, outputs, memory, map.Bias);
    }

    /// <summary>The same for weights with one row per output.</summary>
    public static Float32Linear TakeOver(TransposedLinear map, Matrix buffer)
    {
        (string name, int inputs, int outputs) = (map.Weight.Name, map.Inputs, map.Outputs);

        // The rows of a panel are contiguous, and the panel replaces them, so a buffer of one panel is enough.
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

        return new Float32Linear(name, inputs, outputs, memory, bias: null);
    }

    private protected override void CopyColumn(int output, Span<float> destination) =>
        WeightPanels.CopyColumn(panels.Span, output, destination);

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output) =>
        kernels.MatMul.MultiplyPacked(input.Span, panels.Span, Bias is null ? [] : Bias.Span, Inputs, Outputs, output.Span);

    /// <summary>The memory itself if it is large enough, otherwise a larger copy of it.</summary>
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
