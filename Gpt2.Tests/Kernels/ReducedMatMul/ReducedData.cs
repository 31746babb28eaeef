// What the tests of weights of reduced precision share: the types, packing with one call, reading everything back.

using System.Buffers.Binary;
using Gpt2.Kernels;
using Gpt2.Kernels.ReducedMatMul;

namespace Gpt2.Tests.Kernels.ReducedMatMul;

public static class ReducedData
{
    /// <summary>The types below 32 bits.</summary>
    public static TheoryData<WeightType> Types => [WeightType.BFloat16, WeightType.Int8, WeightType.Int4];

    /// <summary>The types of whole numbers and scales.</summary>
    public static TheoryData<WeightType> WholeNumberTypes => [WeightType.Int8, WeightType.Int4];

    public static TheoryData<KernelRung, WeightType> RungsAndTypes
    {
        get
        {
            var data = new TheoryData<KernelRung, WeightType>();
            foreach (KernelRung rung in Enum.GetValues<KernelRung>())
            {
                foreach (WeightType type in (WeightType[])[WeightType.BFloat16, WeightType.Int8, WeightType.Int4])
                {
                    data.Add(rung, type);
                }
            }

            return data;
        }
    }

    /// <summary>Inputs of a column that have a scale together.</summary>
    public static int Group(WeightType type) => type == WeightType.Int8 ? 64 : 32;

    public static byte[] Pack(WeightType type, float[] weights, int inner, int columns)
    {
        var panels = new byte[ReducedPanels.Length(type, inner, columns)];
        ReducedPanels.Pack(type, weights, inner, columns, panels);
        return panels;
    }

    /// <summary>The weights as the panels hold them, [inner, columns].</summary>
    public static float[] Unpack(WeightType type, byte[] panels, int inner, int columns)
    {
        var weights = new float[inner * columns];
        var column = new float[inner];
        for (int i = 0; i < columns; i++)
        {
            ReducedPanels.CopyColumn(type, panels, i, column);
            for (int k = 0; k < inner; k++)
            {
                weights[(k * columns) + i] = column[k];
            }
        }

        return weights;
    }

    /// <summary>
    /// The whole numbers and scales of panels, [inner, columns] both, read as ReducedPanels documents the layout and not by its code.
    /// </summary>
    public static (int[] Numbers, float[] Scales) Decode(WeightType type, byte[] panels, int inner, int columns)
    {
        int bits = type == WeightType.Int8 ? 8 : 4, perInteger = 32 / bits, at = 0;
        var numbers = new int[inner * columns];
        var scales = new float[inner * columns];
        for (int panel = 0; panel < columns; panel += 32)
        {
            for (int first = 0; first < inner; first += Group(type))
            {
                int scalesAt = at;
                at += 64;
                for (int k = first; k < Math.Min(first + Group(type), inner); k += perInteger, at += 128)
                {
                    for (int i = 0; i < 32 * perInteger; i++)
                    {
                        int input = k + (i % perInteger), column = i / perInteger;
                        if (input < inner && panel + column < columns)
                        {
                            uint scale = BinaryPrimitives.ReadUInt16LittleEndian(panels.AsSpan(scalesAt + (column % 16 * 4) + (column / 16 * 2)));
                            uint integer = BinaryPrimitives.ReadUInt32LittleEndian(panels.AsSpan(at + (column * 4)));
                            int shift = (input % 2 * 16) + ((input - k) / 2 * bits);
                            int index = (input * columns) + panel + column;
                            numbers[index] = (int)((integer >> shift) & ((1u << bits) - 1)) - (1 << (bits - 1));
                            scales[index] = BitConverter.UInt32BitsToSingle(scale << 16);
                        }
                    }
                }
            }
        }

        at.Should().Be(panels.Length);
        return (numbers, scales);
    }

    public static float[] Transpose(float[] values, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            transposed[(i % columns * rows) + (i / columns)] = values[i];
        }

        return transposed;
    }
}
