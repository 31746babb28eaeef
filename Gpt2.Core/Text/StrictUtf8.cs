// Bytes as text, and where they are none: the line and the place in it of the first byte that is not UTF-8.

using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Gpt2.Core.Text;

/// <summary>Decodes UTF-8 and refuses what is none.</summary>
public static class StrictUtf8
{
    /// <summary>Decodes a whole text. A byte-order mark is no part of it; one of UTF-16 or UTF-32 says that the text has that form.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="name">The file, for the message.</param>
    /// <exception cref="Gpt2Exception">It is not UTF-8; the message names the line and the byte in it, both from 1; a byte-order mark is counted.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string name)
    {
        if (MarkedEncoding(bytes) is Encoding marked)
        {
            return marked.GetString(bytes[marked.Preamble.Length..]);
        }

        if (FirstFault(bytes) is int fault)
        {
            int line = 1 + bytes[..fault].Count((byte)'\n');
            int begin = 1 + bytes[..fault].LastIndexOf((byte)'\n');
            throw new Gpt2Exception(string.Create(
                CultureInfo.InvariantCulture, $"{name} line {line} {Describe(bytes[begin..], fault - begin)}: convert the text to UTF-8 first"));
        }

        return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
    }

    /// <summary>The offset of the first byte that is not UTF-8; null where all are.</summary>
    public static int? FirstFault(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return null;
        }

        int offset = 0;
        while (Rune.DecodeFromUtf8(bytes[offset..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            offset += length;
        }

        return offset;
    }

    /// <summary>"byte 15: found 0xE9, which is not UTF-8"; it goes after the name of what is checked.</summary>
    /// <param name="line">The line, or an argument.</param>
    /// <param name="fault">Its <see cref="FirstFault"/>.</param>
    public static string Describe(ReadOnlySpan<byte> line, int fault) =>
        string.Create(CultureInfo.InvariantCulture, $"byte {fault + 1}: found 0x{line[fault]:X2}, which is not UTF-8");

    /// <summary>The encoding, other than UTF-8, that a byte-order mark names.</summary>
    private static Encoding? MarkedEncoding(ReadOnlySpan<byte> text)
    {
        foreach (Encoding encoding in (Encoding[])[Encoding.UTF32, Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            if (text.StartsWith(encoding.Preamble))
            {
                return encoding;
            }
        }

        return null;
    }
}
