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
}

/// <summary>Sizes and conversion of stored numbers.</summary>
internal static class NumberTypes
{
    /// <summary>Bytes per number.</summary>
    public static int Size(this NumberType type) => type switch
    {
        NumberType.F32 => 4,
        NumberType.F64 => 8,
        _ => 2,
    };

    /// <summary>Converts stored numbers to float32.</summary>
    /// <param name="type">How they are stored.</param>
    /// <param name="stored">Size · n bytes.</param>
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
            default:
                for (int i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(stored[(8 * i)..]);
                }

                break;
        }
    }
}
