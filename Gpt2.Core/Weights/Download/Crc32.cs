// The CRC-32 of zip archives, which the library computes for itself but does not compare.

namespace Gpt2.Core.Weights.Download;

/// <summary>CRC-32 with the reflected polynomial 0xEDB88320, as in PKWARE's APPNOTE, section 4.4.7.</summary>
public struct Crc32()
{
    private static readonly uint[] Table = MakeTable();

    private uint state = uint.MaxValue;

    /// <summary>The checksum of what was added.</summary>
    public readonly uint Value => ~state;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint crc = state;
        foreach (byte value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        state = crc;
    }

    private static uint[] MakeTable()
    {
        const uint Polynomial = 0xEDB88320;
        var table = new uint[256];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }

            table[value] = crc;
        }

        return table;
    }
}
