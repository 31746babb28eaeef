// A packed map in reduced precision: there is less to read for every token, and each weight has a small error.

using System.Runtime.InteropServices;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.ReducedMatMul;

namespace Gpt2.Core.Model.Layers;

/// <summary>Weights of 16, 8 or 4 bits; <see cref="WeightType"/> states their errors.</summary>
internal sealed class ReducedLinear : PackedLinear
{
    private readonly Memory<float> storage; // floats only for the sake of alignment
    private readonly int length;

    private ReducedLinear(string name, int inputs, int outputs, WeightType type, Matrix? bias)
        : base(name, inputs, outputs, bias)
    {
        Type = type;
        length = ReducedPanels.Length(type, inputs, outputs);
        storage = CacheAligned.Allocate((length + sizeof(float) - 1) / sizeof(float), zeroed: false);
    }

    public override WeightType Type { get; }

    public override long Bytes => length;

    private Span<byte> Panels => MemoryMarshal.AsBytes(storage.Span)[..length];

    /// <exception cref="Gpt2Exception">A weight is not finite.</exception>
    public static ReducedLinear TakeOver(DenseLinear map, WeightType type)
    {
        var packed = new ReducedLinear(map.Weight.Name, map.Inputs, map.Outputs, type, map.Bias);
        Explained(map.Weight, type, () => ReducedPanels.Pack(type, map.Weight.Span, map.Inputs, map.Outputs, packed.Panels));
        return packed;
    }

    /// <exception cref="Gpt2Exception">A weight is not finite.</exception>
    public static ReducedLinear TakeOver(TransposedLinear map, WeightType type)
    {
        var packed = new ReducedLinear(map.Weight.Name, map.Inputs, map.Outputs, type, bias: null);
        Explained(map.Weight, type, () => ReducedPanels.PackTransposed(type, map.Weight.Span, map.Inputs, map.Outputs, packed.Panels));
        return packed;
    }

    private protected override void CopyColumn(int output, Span<float> destination) =>
        ReducedPanels.CopyColumn(Type, Panels, output, destination);

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output) =>
        kernels.ReducedMatMul.Multiply(Type, input.Span, Panels, Bias is null ? [] : Bias.Span, Inputs, Outputs, output.Span);

    /// <summary>Packs a matrix and frees its memory; if packing fails, the error names the matrix.</summary>
    private static void Explained(Matrix weight, WeightType type, Action pack)
    {
        try
        {
            pack();
        }
        catch (ArgumentException e)
        {
            throw new Gpt2Exception($"cannot be stored as {type} ({e.Message})")
            {
                Where = weight.ToString(),
                Remedy = "'gpt2 doctor' finds all that is wrong with the model",
            };
        }

        weight.Detach();
    }
}
