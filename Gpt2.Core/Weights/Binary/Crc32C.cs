// CRC-32C (Castagnoli) is the checksum of TensorFlow's checkpoints and of the weights cache. Processors have an
// instruction for it.

using System.Buffers.Binary;
using System.Numerics;

namespace Gpt2.Core.Weights.Binary;

/// <summary>CRC-32C as defined in RFC 3720, appendix B.4: "123456789" gives E3069283.</summary>
internal static class Crc32C
{
    /// <summary>Continues a checksum.</summary>
    /// <param name="checksum">The checksum of the bytes so far; 0 to begin.</param>
    /// <param name="bytes">The bytes that follow.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>
    /// A checksum as LevelDB and TensorFlow store it: rotated right by 15 bits, plus A282EAD8. Computing a CRC over
    /// data that contains plain CRCs would be problematic.
    /// </summary>
    public static uint Masked(uint checksum) => unchecked(BitOperations.RotateRight(checksum, 15) + 0xA282EAD8);
}
