// Walks over bytes that hold numbers of variable length, as LevelDB's tables and protocol buffers do.

using System.Buffers.Binary;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>A position in bytes; every step is checked against their end.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, string path)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly string path = path;
    private int position;

    public readonly bool AtEnd => position == bytes.Length;

    /// <summary>Seven bits per byte, the lowest first, until a byte below 128.</summary>
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

    /// <summary>A number that counts bytes or places in a file.</summary>
    /// <exception cref="Gpt2Exception">It is larger than <paramref name="most"/>.</exception>
    public long Length(long most)
    {
        ulong value = Varint();
        return value <= (ulong)most ? (long)value : throw Damaged();
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

    /// <summary>Takes the value of a protocol buffer's field that nobody asks for.</summary>
    /// <exception cref="Gpt2Exception">There is no such kind of field, or it goes beyond the end.</exception>
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

    /// <summary>Bytes with their length before them, as protocol buffers have messages and texts.</summary>
    public ReadOnlySpan<byte> Message() => Bytes(Length(bytes.Length));

    private readonly Gpt2Exception Damaged() =>
        new($"is damaged at byte {position} of a block of {bytes.Length}") { Where = path, Remedy = WrongFile.Again };
}
