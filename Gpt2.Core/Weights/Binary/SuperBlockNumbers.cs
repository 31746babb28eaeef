// The K types of ggml, the library under llama.cpp: 256 consecutive weights of a row share one half-precision scale, and groups of 16 or 32
// of them share a whole number that multiplies it. They are only read.

using System.Buffers.Binary;

namespace Gpt2.Core.Weights.Binary;

/// <summary>
/// The bytes of a super-block, in their order. d and dmin are half-precision numbers; q is a whole number from 0 for each weight, s and m are
/// whole numbers for each group of weights:
/// <list type="bullet">
/// <item>Q2_K, 84 bytes, 16 groups of 16: 16 bytes with s below and m above (4 bits each), 64 bytes of q (2 bits), d, dmin;
/// w = d · s · q − dmin · m.</item>
/// <item>Q3_K, 110 bytes, 16 groups of 16: 32 bytes of third bits, 64 bytes of the lower 2 bits of q, 12 bytes of s (6 bits), d;
/// w = d · (s − 32) · (q − 4).</item>
/// <item>Q4_K, 144 bytes, 8 groups of 32: d, dmin, 12 bytes of s and m (6 bits each), 128 bytes of q (4 bits); w = d · s · q − dmin · m.</item>
/// <item>Q5_K, 176 bytes, 8 groups of 32: d, dmin, 12 bytes of s and m (6 bits each), 32 bytes of fifth bits, 128 bytes of the lower 4 bits of
/// q; w = d · s · q − dmin · m.</item>
/// <item>Q6_K, 210 bytes, 16 groups of 16: 128 bytes of the lower 4 bits of q, 64 bytes of the upper 2 bits, 16 bytes of s with a sign
/// (8 bits), d; w = d · s · (q − 32).</item>
/// </list>
/// </summary>
/// <remarks>
/// <para>
/// Each byte of q has bits of weights that are 32 apart, those of the first one lowest: the first 32 bytes of 2 bits are weights 0 to 127, and
/// the first 32 bytes of 4 bits are weights 0 to 63. In Q6_K the weights of a byte of 4 bits are 64 apart, so that the first 64 bytes are weights
/// 0 to 127, as the first 32 bytes of its upper bits are. Bit k of byte i of third and fifth bits belongs to weight 32 · k + i. How numbers
/// of 6 bits are packed is said where they are unpacked.
/// </para>
/// <para>All products but the last of Q6_K are exact in float32, so a weight is the formula rounded once.</para>
/// </remarks>
internal static class SuperBlockNumbers
{
    /// <summary>Weights in a super-block.</summary>
    public const int Length = 256;

    private const int HalfSize = 2; // bytes of a half-precision number
    private const int Run = 32; // weights, one after the other, with the same bits of a run of bytes
    private const int PackedSize = 12; // bytes of 16 numbers of 6 bits

    /// <summary>Bytes of a super-block.</summary>
    public static int Size(NumberType type) => type switch
    {
        NumberType.Q2_K => 16 + (Length / 4) + (2 * HalfSize),
        NumberType.Q3_K => (Length / 8) + (Length / 4) + PackedSize + HalfSize,
        NumberType.Q4_K => (2 * HalfSize) + PackedSize + (Length / 2),
        NumberType.Q5_K => (2 * HalfSize) + PackedSize + (Length / 8) + (Length / 2),
        NumberType.Q6_K => (Length / 2) + (Length / 4) + 16 + HalfSize,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is not a type with super-blocks"),
    };

    /// <summary>Converts whole super-blocks to float32.</summary>
    public static void Widen(NumberType type, ReadOnlySpan<byte> stored, Span<float> numbers)
    {
        for (int size = Size(type); !numbers.IsEmpty; numbers = numbers[Length..], stored = stored[size..])
        {
            ReadOnlySpan<byte> block = stored[..size];
            Span<float> weights = numbers[..Length];
            switch (type)
            {
                case NumberType.Q2_K:
                    WidenQ2(block, weights);
                    break;
                case NumberType.Q3_K:
                    WidenQ3(block, weights);
                    break;
                case NumberType.Q4_K:
                    WidenQ4(block, weights);
                    break;
                case NumberType.Q5_K:
                    WidenQ5(block, weights);
                    break;
                default:
                    WidenQ6(block, weights);
                    break;
            }
        }
    }

    private static void WidenQ2(ReadOnlySpan<byte> block, Span<float> weights)
    {
        ReadOnlySpan<byte> groups = block[..16], twoBits = block.Slice(16, Length / 4);
        float scale = Half(block[^4..]), scaleOfMinima = Half(block[^2..]);
        for (int g = 0; g < 16; g++)
        {
            float step = scale * (groups[g] & 0xF), minimum = scaleOfMinima * (groups[g] >> 4);
            ReadOnlySpan<byte> bytes = TwoBitsOf(twoBits, g);
            Span<float> group = weights.Slice(16 * g, 16);
            int shift = TwoBitsShift(g);
            for (int i = 0; i < group.Length; i++)
            {
                group[i] = (step * ((bytes[i] >> shift) & 3)) - minimum;
            }
        }
    }

    private static void WidenQ3(ReadOnlySpan<byte> block, Span<float> weights)
    {
        ReadOnlySpan<byte> thirdBits = block[..32], twoBits = block.Slice(32, Length / 4), packed = block.Slice(96, PackedSize);
        float scale = Half(block[^2..]);
        for (int g = 0; g < 16; g++)
        {
            // Number g has its lower 4 bits in byte g of 8, those of the second eight above; its upper 2 bits are in one of 4 bytes.
            int lower = (packed[g % 8] >> (4 * (g / 8))) & 0xF, upper = (packed[8 + (g % 4)] >> (2 * (g / 4))) & 3;
            float step = scale * ((lower | (upper << 4)) - 32);
            ReadOnlySpan<byte> bytes = TwoBitsOf(twoBits, g), third = thirdBits.Slice(16 * (g % 2), 16);
            Span<float> group = weights.Slice(16 * g, 16);
            int shift = TwoBitsShift(g), bit = g / 2;
            for (int i = 0; i < group.Length; i++)
            {
                group[i] = step * ((((bytes[i] >> shift) & 3) | (((third[i] >> bit) & 1) << 2)) - 4);
            }
        }
    }

    private static void WidenQ4(ReadOnlySpan<byte> block, Span<float> weights)
    {
        ReadOnlySpan<byte> packed = block.Slice(2 * HalfSize, PackedSize), nibbles = block[^(Length / 2)..];
        float scale = Half(block), scaleOfMinima = Half(block[HalfSize..]);
        for (int g = 0; g < 8; g++)
        {
            (int s, int m) = Unpacked(packed, g);
            float step = scale * s, minimum = scaleOfMinima * m;
            ReadOnlySpan<byte> bytes = nibbles.Slice(Run * (g / 2), Run);
            Span<float> group = weights.Slice(Run * g, Run);
            int shift = 4 * (g % 2);
            for (int i = 0; i < group.Length; i++)
            {
                group[i] = (step * ((bytes[i] >> shift) & 0xF)) - minimum;
            }
        }
    }

    private static void WidenQ5(ReadOnlySpan<byte> block, Span<float> weights)
    {
        ReadOnlySpan<byte> packed = block.Slice(2 * HalfSize, PackedSize), nibbles = block[^(Length / 2)..];
        ReadOnlySpan<byte> fifthBits = block.Slice((2 * HalfSize) + PackedSize, Run);
        float scale = Half(block), scaleOfMinima = Half(block[HalfSize..]);
        for (int g = 0; g < 8; g++)
        {
            (int s, int m) = Unpacked(packed, g);
            float step = scale * s, minimum = scaleOfMinima * m;
            ReadOnlySpan<byte> bytes = nibbles.Slice(Run * (g / 2), Run);
            Span<float> group = weights.Slice(Run * g, Run);
            int shift = 4 * (g % 2);
            for (int i = 0; i < group.Length; i++)
            {
                group[i] = (step * (((bytes[i] >> shift) & 0xF) | (((fifthBits[i] >> g) & 1) << 4))) - minimum;
            }
        }
    }

    private static void WidenQ6(ReadOnlySpan<byte> block, Span<float> weights)
    {
        ReadOnlySpan<byte> nibbles = block[..(Length / 2)], twoBits = block.Slice(Length / 2, Length / 4), groups = block.Slice(192, 16);
        float scale = Half(block[^2..]);
        for (int g = 0; g < 16; g++)
        {
            float step = scale * unchecked((sbyte)groups[g]);
            ReadOnlySpan<byte> lower = nibbles.Slice((64 * (g / 8)) + (16 * (g % 4)), 16), upper = TwoBitsOf(twoBits, g);
            Span<float> group = weights.Slice(16 * g, 16);
            int lowerShift = 4 * (g / 4 % 2), upperShift = TwoBitsShift(g);
            for (int i = 0; i < group.Length; i++)
            {
                group[i] = step * ((((lower[i] >> lowerShift) & 0xF) | (((upper[i] >> upperShift) & 3) << 4)) - 32);
            }
        }
    }

    private static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>The bytes with 2 bits of each weight of a group of 16: groups 0 to 7 are in the first 32 bytes.</summary>
    private static ReadOnlySpan<byte> TwoBitsOf(ReadOnlySpan<byte> twoBits, int group) =>
        twoBits.Slice((Run * (group / 8)) + (16 * (group % 2)), 16);

    private static int TwoBitsShift(int group) => 2 * (group / 2 % 4);

    /// <summary>
    /// s and m of a group of 32: groups 0 to 3 have s in bytes 0 to 3 and m in bytes 4 to 7, in the lower 6 bits. Groups 4 to 7 have the
    /// lower 4 bits of both in bytes 8 to 11, s below and m above, and the upper 2 bits in those that the first groups leave.
    /// </summary>
    private static (int Scale, int Minimum) Unpacked(ReadOnlySpan<byte> packed, int group) => group < 4
        ? (packed[group] & 0x3F, packed[group + 4] & 0x3F)
        : ((packed[group + 4] & 0xF) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));
}
