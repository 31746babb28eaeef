// Stored numbers against their meaning: every half by its formula, and values recorded from another implementation (CPython's
// struct module).

using System.Buffers.Binary;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class NumberTypesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_EveryHalf_IsWhatItsBitsMean()
    {
        var stored = new byte[2 * 65536];
        for (int bits = 0; bits < 65536; bits++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(2 * bits), (ushort)bits);
        }

        float[] numbers = Read("F16", stored);

        for (int bits = 0; bits < 65536; bits++)
        {
            int exponent = (bits >> 10) & 31, fraction = bits & 1023;
            double amount = exponent switch
            {
                0 => fraction * Math.Pow(2, -24),
                31 => fraction == 0 ? double.PositiveInfinity : double.NaN,
                _ => (1 + (fraction / 1024.0)) * Math.Pow(2, exponent - 15),
            };
            double.IsNaN(numbers[bits]).Should().Be(double.IsNaN(amount));
            if (!double.IsNaN(amount))
            {
                Math.Abs((double)numbers[bits]).Should().Be(amount);
                float.IsNegative(numbers[bits]).Should().Be(bits >= 32768, "the sign of zero counts, too");
            }
        }
    }

    [Theory]
    [InlineData(0x0001, 0x33800000u)]
    [InlineData(0x8001, 0xB3800000u)]
    [InlineData(0x03FF, 0x387FC000u)]
    [InlineData(0x0400, 0x38800000u)]
    [InlineData(0x3555, 0x3EAAA000u)]
    [InlineData(0xBC00, 0xBF800000u)]
    [InlineData(0x7BFF, 0x477FE000u)]
    [InlineData(0x7C00, 0x7F800000u)]
    [InlineData(0x2E66, 0x3DCCC000u)]
    [InlineData(0xD678, 0xC2CF0000u)]
    public void Read_Half_HasTheRecordedBits(int stored, uint bits) => Widened("F16", [(byte)stored, (byte)(stored >> 8)]).Should().Be(bits);

    [Theory]
    [InlineData(0x3DCD, 0x3DCD0000u)] // 0.10009765625, next to 0.1
    [InlineData(0xC049, 0xC0490000u)] // −3.140625, next to −π
    [InlineData(0x0001, 0x00010000u)]
    [InlineData(0x7F80, 0x7F800000u)]
    [InlineData(0x8000, 0x80000000u)]
    [InlineData(0xFFC1, 0xFFC10000u)]
    public void Read_BFloat16_IsTheUpperHalf(int stored, uint bits) => Widened("BF16", [(byte)stored, (byte)(stored >> 8)]).Should().Be(bits);

    [Theory]
    [InlineData(0x3FB999999999999Aul, 0x3DCCCCCDu)] // 0.1
    [InlineData(0x3FF0000010000000ul, 0x3F800000u)] // half way: to even
    [InlineData(0x3FF0000010000004ul, 0x3F800001u)]
    [InlineData(0x3FF0000030000000ul, 0x3F800002u)] // half way: to even
    [InlineData(0x3696D601AD376AB9ul, 0x00000001u)] // 1e-45
    [InlineData(0x368FF868BF4D956Aul, 0x00000000u)] // 7e-46
    [InlineData(0x48078287F49C4A1Dul, 0x7F800000u)] // 1e39
    [InlineData(0xB379B604AAACA626ul, 0x80000000u)] // −1e-60
    [InlineData(0x4170000010000000ul, 0x4B800000u)] // 2²⁴ + 1
    public void Read_Double_IsRoundedToTheNearest(ulong stored, uint bits) => Widened("F64", BitConverter.GetBytes(stored)).Should().Be(bits);

    [Theory]
    [InlineData(0x7F800001u)]
    [InlineData(0xFFC12345u)]
    [InlineData(0x00000001u)]
    public void Read_Float32_KeepsEveryBit(uint bits) => Widened("F32", BitConverter.GetBytes(bits)).Should().Be(bits);

    private uint Widened(string type, byte[] stored) => BitConverter.SingleToUInt32Bits(Read(type, stored)[0]);

    /// <summary>The position embeddings of a model in safetensors that begin with these bytes.</summary>
    private float[] Read(string type, byte[] stored)
    {
        var config = new Gpt2Config(7, 8192, 8, 1, 1);
        List<FixtureTensor> tensors = HuggingFaceFixture.Tensors(new Gpt2Weights(config), "", type);
        int place = tensors.FindIndex(tensor => tensor.Name == "wpe.weight");
        stored.CopyTo(tensors[place].Bytes, 0);
        SafetensorsFixture.Write(folder.PathOf("model.safetensors"), tensors);
        File.WriteAllText(
            folder.PathOf("config.json"),
            "{\"model_type\": \"gpt2\", \"vocab_size\": 7, \"n_positions\": 8192, \"n_embd\": 8, \"n_head\": 1, \"n_layer\": 1}");
        using ModelSource source = ModelFolder.Open(folder.Root);
        return source.ReadWeights().PositionEmbedding.Span.ToArray();
    }
}
