// Types of ggml, the library under llama.cpp: 32 consecutive weights of a row share one scale, which is a half-precision number.

using System.Buffers.Binary;

namespace Gpt2.Core.Weights.Binary;

/// <summary>
/// The bytes of a block, in their order; d and m are half-precision numbers, and q is a whole number from 0:
/// <list type="bullet">
/// <item>Q8_0, 34 bytes: d, 32 whole numbers q from −127 to 127 of 8 bits; w = d · q.</item>
/// <item>Q4_0, 18 bytes: d, 16 bytes of q of 4 bits; w = d · (q − 8).</item>
/// <item>Q4_1, 20 bytes: d, m, 16 bytes of q of 4 bits; w = d · q + m.</item>
/// <item>Q5_0, 22 bytes: d, 4 bytes of fifth bits, 16 bytes of the lower 4 bits of q; w = d · (q − 16).</item>
/// <item>Q5_1, 24 bytes: d, m, 4 bytes of fifth bits, 16 bytes of the lower 4 bits of q; w = d · q + m.</item>
/// </list>
/// Byte j of 4 bits has number j of the block below and number j + 16 above. Fifth bits are one little-endian number, whose bit i belongs
/// to number i of the block.
/// </summary>
/// <remarks>
/// Products are exact in float32, so a weight that is read is the formula rounded once. Q4_1, Q5_0 and Q5_1 are only read. Where numbers are
/// written, rounding is that of ggml's reference, with the same operations in float32 in the same order, so that the bytes are the same: the
/// numbers are divided by the scale before that is rounded to half precision.
/// </remarks>
internal static class BlockNumbers
{
    /// <summary>Weights in a block.</summary>
    public const int Length = 32;

    private const int Q8Size = HalfSize + Length;
    private const int Q4Size = HalfSize + NibblesSize;

    private const int HalfSize = 2; // bytes of a half-precision number
    private const int FifthBitsSize = Length / 8;
    private const int NibblesSize = Length / 2;
    private const int Q4Zero = 8, Q5Zero = 16;

    /// <summary>Bytes of a block.</summary>
    public static int Size(NumberType type) => type switch
    {
        NumberType.Q8_0 => Q8Size,
        NumberType.Q4_0 => Q4Size,
        NumberType.Q4_1 => (2 * HalfSize) + NibblesSize,
        NumberType.Q5_0 => HalfSize + FifthBitsSize + NibblesSize,
        NumberType.Q5_1 => (2 * HalfSize) + FifthBitsSize + NibblesSize,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is not a type with blocks of 32"),
    };

    /// <summary>Converts whole blocks to float32.</summary>
    public static void Widen(NumberType type, ReadOnlySpan<byte> stored, Span<float> numbers)
    {
        for (int size = Size(type); !numbers.IsEmpty; numbers = numbers[Length..], stored = stored[size..])
        {
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(stored);
            Span<float> block = numbers[..Length];
            if (type == NumberType.Q8_0)
            {
                WidenBytes(scale, stored.Slice(HalfSize, Length), block);
                continue;
            }

            ReadOnlySpan<byte> nibbles = stored[(size - NibblesSize)..size];
            uint fifthBits = type is NumberType.Q5_0 or NumberType.Q5_1
                ? BinaryPrimitives.ReadUInt32LittleEndian(stored[(size - NibblesSize - FifthBitsSize)..]) : 0;
            if (type is NumberType.Q4_1 or NumberType.Q5_1)
            {
                WidenFrom((float)BinaryPrimitives.ReadHalfLittleEndian(stored[HalfSize..]), scale, fifthBits, nibbles, block);
            }
            else
            {
                WidenAround(type == NumberType.Q4_0 ? Q4Zero : Q5Zero, scale, fifthBits, nibbles, block);
            }
        }
    }

    /// <summary>The scale is the largest magnitude / 127; halves are rounded away from zero.</summary>
    public static void NarrowQ8(ReadOnlySpan<float> numbers, Span<byte> stored)
    {
        for (; !numbers.IsEmpty; numbers = numbers[Length..], stored = stored[Q8Size..])
        {
            ReadOnlySpan<float> block = numbers[..Length];
            float largest = 0;
            foreach (float number in block)
            {
                largest = Math.Max(largest, Math.Abs(number));
            }

            float scale = largest / 127;
            float inverse = Inverse(scale);
            BinaryPrimitives.WriteHalfLittleEndian(stored, (Half)scale);
            Span<byte> whole = stored.Slice(HalfSize, Length);
            for (int i = 0; i < block.Length; i++)
            {
                whole[i] = unchecked((byte)(sbyte)MathF.Round(block[i] * inverse, MidpointRounding.AwayFromZero));
            }
        }
    }

    /// <summary>The scale is the number of the largest magnitude, with its sign, / −8, so that this number is −8 scales.</summary>
    public static void NarrowQ4(ReadOnlySpan<float> numbers, Span<byte> stored)
    {
        for (; !numbers.IsEmpty; numbers = numbers[Length..], stored = stored[Q4Size..])
        {
            ReadOnlySpan<float> block = numbers[..Length];
            float extreme = 0;
            foreach (float number in block)
            {
                extreme = Math.Abs(number) > Math.Abs(extreme) ? number : extreme;
            }

            float scale = extreme / -Q4Zero;
            float inverse = Inverse(scale);
            BinaryPrimitives.WriteHalfLittleEndian(stored, (Half)scale);
            Span<byte> nibbles = stored.Slice(HalfSize, NibblesSize);
            for (int i = 0; i < nibbles.Length; i++)
            {
                nibbles[i] = (byte)(Q4(block[i] * inverse) | (Q4(block[NibblesSize + i] * inverse) << 4));
            }
        }
    }

    /// <summary>1/scale; 0 if that is infinite, since the scale is then 0 in half precision, and so are the numbers.</summary>
    private static float Inverse(float scale) => float.IsFinite(1 / scale) ? 1 / scale : 0;

    /// <summary>Shifted by 8 and rounded, halves up.</summary>
    private static int Q4(float scaled) => Math.Min(15, (int)(sbyte)(scaled + 8.5f));

    private static void WidenBytes(float scale, ReadOnlySpan<byte> whole, Span<float> block)
    {
        for (int i = 0; i < block.Length; i++)
        {
            block[i] = scale * unchecked((sbyte)whole[i]);
        }
    }

    /// <summary>w = d · (q − zero).</summary>
    private static void WidenAround(int zero, float scale, uint fifthBits, ReadOnlySpan<byte> nibbles, Span<float> block)
    {
        Span<float> first = block[..NibblesSize], second = block[NibblesSize..];
        for (int i = 0; i < nibbles.Length; i++)
        {
            first[i] = (First(nibbles[i], fifthBits, i) - zero) * scale;
            second[i] = (Second(nibbles[i], fifthBits, i) - zero) * scale;
        }
    }

    /// <summary>w = d · q + m.</summary>
    private static void WidenFrom(float minimum, float scale, uint fifthBits, ReadOnlySpan<byte> nibbles, Span<float> block)
    {
        Span<float> first = block[..NibblesSize], second = block[NibblesSize..];
        for (int i = 0; i < nibbles.Length; i++)
        {
            first[i] = (First(nibbles[i], fifthBits, i) * scale) + minimum;
            second[i] = (Second(nibbles[i], fifthBits, i) * scale) + minimum;
        }
    }

    /// <summary>Number i of a block, from the lower half of its byte and its fifth bit.</summary>
    private static int First(byte nibbles, uint fifthBits, int i) => (nibbles & 0xF) | (int)(((fifthBits >> i) & 1) << 4);

    /// <summary>Number i + 16, from the upper half.</summary>
    private static int Second(byte nibbles, uint fifthBits, int i) => (nibbles >> 4) | (int)(((fifthBits >> (i + NibblesSize)) & 1) << 4);
}
