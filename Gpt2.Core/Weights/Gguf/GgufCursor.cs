// The header of a GGUF file is read from front to back. It comes from strangers: each length in it is compared with what is left
// before anything is allocated or skipped.

using System.Buffers.Binary;
using System.Text;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>Reads the numbers and texts of a header one after the other, all little-endian.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Where to begin.</param>
internal sealed class GgufCursor(MappedFile file, long start)
{
    /// <summary>The longest header: that of a model with a million tokens has about 50 MB.</summary>
    private const long LongestHeader = 100_000_000;

    private const int BufferLength = 1 << 16;

    private readonly byte[] buffer = new byte[(int)Math.Min(BufferLength, file.Length)];
    private readonly long end = Math.Min(file.Length, LongestHeader);
    private long bufferStart = long.MinValue / 2;

    /// <summary>The offset of the next byte in the file.</summary>
    public long Position { get; private set; } = start;

    /// <summary>What is being read, for messages.</summary>
    public string Part { get; set; } = "the header";

    /// <summary>The bytes that the header may still have.</summary>
    public long Left => end - Position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Next(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(sizeof(ulong)));

    /// <summary>The next bytes, few of them; valid until more is read.</summary>
    /// <exception cref="Gpt2Exception">The header ends before.</exception>
    public ReadOnlySpan<byte> Next(int count)
    {
        Require((ulong)count);
        if (Position < bufferStart || Position + count > bufferStart + buffer.Length)
        {
            bufferStart = Math.Min(Position, file.Length - buffer.Length);
            file.Read(bufferStart, buffer);
        }

        ReadOnlySpan<byte> next = buffer.AsSpan((int)(Position - bufferStart), count);
        Position += count;
        return next;
    }

    /// <summary>The next text: its length in bytes, then UTF-8.</summary>
    /// <param name="longest">The most bytes that it may have.</param>
    /// <exception cref="Gpt2Exception">It is longer, the header ends before, or it is not UTF-8.</exception>
    public string Text(int longest)
    {
        ulong length = UInt64();
        Require(length);
        if (length > (ulong)longest)
        {
            throw Wrong($"has a text of {length} bytes", $"at most {longest}");
        }

        var bytes = new byte[length];
        if (bytes.Length <= buffer.Length)
        {
            Next(bytes.Length).CopyTo(bytes);
        }
        else
        {
            file.Read(Position, bytes);
            Position += bytes.Length;
        }

        return StrictUtf8.FirstFault(bytes) is int fault
            ? throw Wrong($"has a text with 0x{bytes[fault]:X2} at byte {fault + 1}", "UTF-8")
            : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Passes over bytes.</summary>
    /// <exception cref="Gpt2Exception">The header ends before.</exception>
    public void Skip(ulong count)
    {
        Require(count);
        Position += (long)count;
    }

    /// <summary>Passes over a text.</summary>
    /// <exception cref="Gpt2Exception">The header ends before.</exception>
    public void SkipText() => Skip(UInt64());

    /// <summary>Throws unless the header may have so many more items.</summary>
    /// <param name="count">Their number.</param>
    /// <param name="size">The least bytes of each.</param>
    /// <param name="most">The largest number that is accepted.</param>
    /// <exception cref="Gpt2Exception">It cannot have them.</exception>
    public void RequireItems(ulong count, int size, long most = long.MaxValue)
    {
        if (count > (ulong)Math.Min(Left / size, most))
        {
            throw Wrong($"has {count} items", most < Left / size ? $"at most {most}" : $"at most {Left / size}, for which there are bytes");
        }
    }

    /// <summary>The error for something in the part that is being read.</summary>
    public Gpt2Exception Wrong(string found, string? expected) =>
        new($"{VisibleText.Brief(Part)} {found}") { Where = file.Path, Expected = expected, Remedy = WrongFile.Again };

    private void Require(ulong count)
    {
        if (count > (ulong)Left)
        {
            throw file.Length > end
                ? Wrong($"goes on for {count} more bytes at byte {Position}", $"a header of at most {LongestHeader} bytes")
                : Wrong($"goes on for {count} more bytes at byte {Position}, where {Left} are left", "a file that is not cut off");
        }
    }
}
