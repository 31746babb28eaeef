// Weights are stored in several floating-point formats and always computed with as float32.

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gpt2.Core.Weights.Binary;

/// <summary>How a number is stored; all are little-endian.</summary>
internal enum NumberType
{
    /// <summary>IEEE 754 single precision: copied as it is, including the payload of a NaN.</summary>
    F32,

    /// <summary>IEEE 754 half precision; each converts exactly to float32.</summary>
    F16,

    /// <summary>The upper half of a float32.</summary>
    BF16,

    /// <summary>IEEE 754 double precision, rounded to the nearest float32.</summary>
    F64,

    /// <summary>Blocks of 32 whole numbers of 8 bits with one scale, see <see cref="BlockNumbers"/>.</summary>
    Q8_0,

    /// <summary>Blocks of 32 whole numbers of 4 bits with one scale, see <see cref="BlockNumbers"/>.</summary>
    Q4_0,

    /// <summary>Blocks of 32 whole numbers of 4 bits with a scale and an offset, see <see cref="BlockNumbers"/>; only read.</summary>
    Q4_1,

    /// <summary>Blocks of 32 whole numbers of 5 bits with one scale, see <see cref="BlockNumbers"/>; only read.</summary>
    Q5_0,

    /// <summary>Blocks of 32 whole numbers of 5 bits with a scale and an offset, see <see cref="BlockNumbers"/>; only read.</summary>
    Q5_1,

    /// <summary>Super-blocks of 256 whole numbers of 2 bits, see <see cref="SuperBlockNumbers"/>; only read.</summary>
    Q2_K,

    /// <summary>Super-blocks of 256 whole numbers of 3 bits, see <see cref="SuperBlockNumbers"/>; only read.</summary>
    Q3_K,

    /// <summary>Super-blocks of 256 whole numbers of 4 bits, see <see cref="SuperBlockNumbers"/>; only read.</summary>
    Q4_K,

    /// <summary>Super-blocks of 256 whole numbers of 5 bits, see <see cref="SuperBlockNumbers"/>; only read.</summary>
    Q5_K,

    /// <summary>Super-blocks of 256 whole numbers of 6 bits, see <see cref="SuperBlockNumbers"/>; only read.</summary>
    Q6_K,
}

/// <summary>Sizes and conversion of stored numbers.</summary>
internal static class NumberTypes
{
    /// <summary>Numbers that are stored together, so that a row must be a multiple of this.</summary>
    public static int BlockLength(this NumberType type) => type switch
    {
        <= NumberType.F64 => 1,
        <= NumberType.Q5_1 => BlockNumbers.Length,
        _ => SuperBlockNumbers.Length,
    };

    /// <summary>Bytes of a number, or of a block of them.</summary>
    public static int Size(this NumberType type) => type switch
    {
        NumberType.F32 => 4,
        NumberType.F16 or NumberType.BF16 => 2,
        NumberType.F64 => 8,
        <= NumberType.Q5_1 => BlockNumbers.Size(type),
        _ => SuperBlockNumbers.Size(type),
    };

    /// <summary>Bytes of some numbers, a multiple of the block's length.</summary>
    public static long Bytes(this NumberType type, long count) => count / type.BlockLength() * type.Size();

    /// <summary>Converts stored numbers to float32.</summary>
    /// <param name="type">How they are stored.</param>
    /// <param name="stored">The bytes of n numbers.</param>
    /// <param name="numbers">Receives n numbers.</param>
    public static void Widen(this NumberType type, ReadOnlySpan<byte> stored, Span<float> numbers)
    {
        switch (type)
        {
            case NumberType.F32:
                stored.CopyTo(MemoryMarshal.AsBytes(numbers));
                break;
            case NumberType.F16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(stored);
                for (int i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = (float)halves[i];
                }

                break;
            case NumberType.BF16:
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(stored);
                for (int i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
            case NumberType.F64:
                for (int i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(stored[(8 * i)..]);
                }

                break;
            case <= NumberType.Q5_1:
                BlockNumbers.Widen(type, stored, numbers);
                break;
            default:
                SuperBlockNumbers.Widen(type, stored, numbers);
                break;
        }
    }

    /// <summary>Rounds numbers to how they are stored: to the nearest, halves to even; a NaN stays a NaN.</summary>
    /// <param name="type">How they are stored; not F64, nor a type that is only read.</param>
    /// <param name="numbers">The numbers, a multiple of the block's length.</param>
    /// <param name="stored">Receives their bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Numbers are not written in this type.</exception>
    public static void Narrow(this NumberType type, ReadOnlySpan<float> numbers, Span<byte> stored)
    {
        switch (type)
        {
            case NumberType.F32:
                MemoryMarshal.AsBytes(numbers).CopyTo(stored);
                break;
            case NumberType.F16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(stored);
                for (int i = 0; i < numbers.Length; i++)
                {
                    halves[i] = (Half)numbers[i];
                }

                break;
            case NumberType.BF16:
                Span<ushort> upper = MemoryMarshal.Cast<byte, ushort>(stored);
                for (int i = 0; i < numbers.Length; i++)
                {
                    uint bits = BitConverter.SingleToUInt32Bits(numbers[i]);
                    upper[i] = (ushort)(float.IsNaN(numbers[i]) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
                }

                break;
            case NumberType.Q8_0:
                BlockNumbers.NarrowQ8(numbers, stored);
                break;
            case NumberType.Q4_0:
                BlockNumbers.NarrowQ4(numbers, stored);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "numbers are not written in this type");
        }
    }
}
