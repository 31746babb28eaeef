// Reads a vocabulary from a list of its tokens in the order of their ranks, as OpenAI's tiktoken has them. The list says which tokens
// there are; which two each was made of follows from the tokens before it.

using System.Buffers;
using System.Buffers.Text;

namespace Gpt2.Core.Text;

/// <summary>
/// Reads rank files: a token per line in base64, and after a space its rank, which is also its id. The form that
/// Microsoft.ML.Tokenizers' packages have is read as well: a first line <c>Capacity: N</c>, and tokens without ranks.
/// </summary>
internal static class RankFile
{
    private const int LongestToken = 4096;
    private const byte NextColumn = (byte)' ';

    private const string Remedy = "take the file again from where it was published";

    /// <summary>
    /// Reads a vocabulary. The bytes come first, in the order of <see cref="ByteAlphabet"/>. Of every other token, the merge is what
    /// the merges before it leave of its bytes: two parts.
    /// </summary>
    /// <param name="stream">The file. Line ends may be LF or CRLF, and blank last lines are accepted.</param>
    /// <param name="name">What the file is called, for messages.</param>
    /// <exception cref="Gpt2Exception">A line is not such a token; the message gives the line.</exception>
    public static Vocabulary Read(Stream stream, string name)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        ReadOnlySpan<byte> text = copy.GetBuffer().AsSpan(0, (int)copy.Length).TrimEnd("\r\n"u8);
        var splitter = new TokenSplitter();
        var token = new byte[LongestToken];
        int line = 0;
        int id = 0;
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> row = text[range];
            row = row.EndsWith("\r"u8) ? row[..^1] : row;
            line++;
            if (line == 1 && row.StartsWith("Capacity: "u8))
            {
                continue;
            }

            if ((Parse(row, id, token, out int length) ?? Add(token.AsSpan(0, length), id, splitter)) is Gpt2Exception error)
            {
                throw new Gpt2Exception(error.Found) { Where = new(name, line), Expected = error.Expected, Remedy = Remedy };
            }

            id++;
        }

        return id >= 256
            ? new Vocabulary(splitter.Merges)
            : throw new Gpt2Exception($"found {Plural.Of(id, "token")}") { Where = name, Expected = "at least the 256 bytes", Remedy = Remedy };
    }

    /// <summary>Decodes a line and checks its rank.</summary>
    private static Gpt2Exception? Parse(ReadOnlySpan<byte> row, int id, Span<byte> token, out int length)
    {
        int space = row.IndexOf(NextColumn);
        ReadOnlySpan<byte> base64 = space < 0 ? row : row[..space];
        OperationStatus status = Base64.DecodeFromUtf8(base64, token, out int read, out length);
        if (status == OperationStatus.DestinationTooSmall)
        {
            return new($"found a token of more than {LongestToken} bytes") { Expected = "a shorter one" };
        }

        if (status != OperationStatus.Done || read != base64.Length || length == 0)
        {
            return new($"found '{Shown(row)}'") { Expected = "a token in base64" };
        }

        ReadOnlySpan<byte> rank = row[(space + 1)..];
        return space < 0 || (Utf8Parser.TryParse(rank, out int value, out int digits) && digits == rank.Length && value == id) ? null
            : new($"found the rank '{Shown(rank)}'") { Expected = $"{id}, one more than in the line before" };
    }

    /// <summary>Checks one of the bytes, or finds the merge of a token.</summary>
    private static Gpt2Exception? Add(ReadOnlySpan<byte> token, int id, TokenSplitter splitter)
    {
        if (id < 256)
        {
            byte expected = ByteAlphabet.ByteOf(id);
            return token.Length == 1 && token[0] == expected ? null
                : new($"found the token '{Written(token)}'") { Expected = $"the byte 0x{expected:X2}, as in GPT-2's order" };
        }

        return splitter.TryAdd(token, out int parts) ? null
            : parts == 1 ? new($"found the token '{Written(token)}' a second time") { Expected = "every token once" }
            : new($"found the token '{Written(token)}', which the tokens before it divide into {parts}") { Expected = "two parts" };
    }

    private static string Written(ReadOnlySpan<byte> token) => VisibleText.Brief(ByteAlphabet.Write(token));

    private static string Shown(ReadOnlySpan<byte> row) => VisibleText.Brief(System.Text.Encoding.Latin1.GetString(row));
}
