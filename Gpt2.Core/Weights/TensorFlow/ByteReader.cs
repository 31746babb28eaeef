// LevelDB's tables and protocol buffers both contain numbers of variable length.

using System.Buffers.Binary;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>Reads bytes from beginning to end; every step is checked against the end.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, string path)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly string path = path;
    private int position;

    public readonly bool AtEnd => position == bytes.Length;

    /// <summary>A number with seven bits per byte, the lowest first, ending with a byte below 128.</summary>
    /// <exception cref="Gpt2Exception">It is longer than ten bytes, or than what is left.</exception>
    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Bytes(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    /// <summary>A number of bytes, or a position in a file.</summary>
    /// <exception cref="Gpt2Exception">It is larger than <paramref name="max"/>.</exception>
    public long Length(long max)
    {
        ulong value = Varint();
        return value <= (ulong)max ? (long)value : throw Damaged();
    }

    /// <exception cref="Gpt2Exception">Fewer are left.</exception>
    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > bytes.Length - position)
        {
            throw Damaged();
        }

        ReadOnlySpan<byte> taken = bytes.Slice(position, (int)count);
        position += (int)count;
        return taken;
    }

    /// <exception cref="Gpt2Exception">Fewer than four bytes are left.</exception>
    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    /// <summary>Skips the value of a protocol buffer's field.</summary>
    /// <exception cref="Gpt2Exception">There is no such type of field, or it extends beyond the end.</exception>
    public void Skip(ulong tag)
    {
        switch (tag & 7)
        {
            case 0:
                Varint();
                break;
            case 1:
                Bytes(sizeof(ulong));
                break;
            case 2:
                Message();
                break;
            case 5:
                Bytes(sizeof(uint));
                break;
            default:
                throw Damaged();
        }
    }

    /// <summary>Bytes preceded by their length, the form of messages and texts in protocol buffers.</summary>
    public ReadOnlySpan<byte> Message() => Bytes(Length(bytes.Length));

    private readonly Gpt2Exception Damaged() =>
        new($"is damaged at byte {position} of a block of {bytes.Length}") { Where = path, Remedy = WrongFile.Again };
}
