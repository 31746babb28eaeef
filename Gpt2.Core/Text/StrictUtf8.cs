// Bytes as text; if they are not UTF-8, the line, and the place in it, of the first wrong byte.

using System.Text;
using System.Text.Unicode;
using static System.FormattableString;

namespace Gpt2.Core.Text;

/// <summary>Decodes UTF-8 and rejects anything else.</summary>
internal static class StrictUtf8
{
    /// <summary>
    /// Decodes a whole text, without its byte-order mark. A UTF-16 or UTF-32 mark means that the text has that
    /// encoding.
    /// </summary>
    /// <param name="bytes">The text.</param>
    /// <param name="name">The name of the file, for the message.</param>
    /// <exception cref="Gpt2Exception">
    /// It is not UTF-8; the message gives the line and the byte in it, both from 1 and counting a byte-order mark.
    /// </exception>
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
            throw Refusal(name, line, bytes[begin..], fault - begin);
        }

        return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
    }

    /// <summary>The offset of the first byte that is not UTF-8; null if all are.</summary>
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

    /// <summary>The error for a line: "a.txt line 3 byte 15: found 0xE9, which is not UTF-8; …"</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="number">The line number, from 1.</param>
    /// <param name="line">The bytes of the line.</param>
    /// <param name="fault">The <see cref="FirstFault"/> of the line.</param>
    public static Gpt2Exception Refusal(string name, long number, ReadOnlySpan<byte> line, int fault) =>
        new(Invariant($"found 0x{line[fault]:X2}, which is not UTF-8"))
        {
            Where = new(name, number, Part: Invariant($"byte {fault + 1}")),
            Remedy = "convert the text to UTF-8 first",
        };

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
