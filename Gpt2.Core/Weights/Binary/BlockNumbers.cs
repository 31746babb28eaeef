// Two types of ggml, the library under llama.cpp: 32 consecutive weights of a row share one scale, which is a half-precision number.

using System.Buffers.Binary;

namespace Gpt2.Core.Weights.Binary;

/// <summary>
/// Q8_0 is the scale d and 32 whole numbers q from −127 to 127 of 8 bits: w = d · q. Q4_0 is the scale d and 32 whole numbers q from 0
/// to 15 of 4 bits: w = d · (q − 8); a byte has a number of the first half of the block below and one of the second half above.
/// </summary>
/// <remarks>
/// Rounding is that of ggml's reference, with the same operations in float32 in the same order, so that the bytes are the same: the
/// numbers are divided by the scale before that is rounded to half precision.
/// </remarks>
internal static class BlockNumbers
{
    /// <summary>Weights in a block.</summary>
    public const int Length = 32;

    /// <summary>Bytes of a block in Q8_0.</summary>
    public const int Q8Size = ScaleSize + Length;

    /// <summary>Bytes of a block in Q4_0.</summary>
    public const int Q4Size = ScaleSize + HalfLength;

    private const int ScaleSize = 2;
    private const int HalfLength = Length / 2;
    private const int Q4Zero = 8;

    public static void WidenQ8(ReadOnlySpan<byte> stored, Span<float> numbers)
    {
        for (; !numbers.IsEmpty; numbers = numbers[Length..], stored = stored[Q8Size..])
        {
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(stored);
            ReadOnlySpan<byte> whole = stored.Slice(ScaleSize, Length);
            Span<float> block = numbers[..Length];
            for (int i = 0; i < block.Length; i++)
            {
                block[i] = scale * unchecked((sbyte)whole[i]);
            }
        }
    }

    public static void WidenQ4(ReadOnlySpan<byte> stored, Span<float> numbers)
    {
        for (; !numbers.IsEmpty; numbers = numbers[Length..], stored = stored[Q4Size..])
        {
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(stored);
            ReadOnlySpan<byte> pairs = stored.Slice(ScaleSize, HalfLength);
            Span<float> first = numbers[..HalfLength], second = numbers[HalfLength..Length];
            for (int i = 0; i < pairs.Length; i++)
            {
                first[i] = ((pairs[i] & 0xF) - Q4Zero) * scale;
                second[i] = ((pairs[i] >> 4) - Q4Zero) * scale;
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
            Span<byte> whole = stored.Slice(ScaleSize, Length);
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
            Span<byte> pairs = stored.Slice(ScaleSize, HalfLength);
            for (int i = 0; i < pairs.Length; i++)
            {
                pairs[i] = (byte)(Q4(block[i] * inverse) | (Q4(block[HalfLength + i] * inverse) << 4));
            }
        }
    }

    /// <summary>1/scale; 0 if that is infinite, since the scale is then 0 in half precision, and so are the numbers.</summary>
    private static float Inverse(float scale) => float.IsFinite(1 / scale) ? 1 / scale : 0;

    /// <summary>Shifted by 8 and rounded, halves up.</summary>
    private static int Q4(float scaled) => Math.Min(15, (int)(sbyte)(scaled + 8.5f));
}
