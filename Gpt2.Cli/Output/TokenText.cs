// A token as shown to a reader: in quotes, so that its spaces can be seen, on one line, and with bytes that are not a
// whole character in hexadecimal.

using System.Buffers;
using System.Globalization;
using System.Text;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Output;

/// <summary>Token texts for tables and labels.</summary>
internal static class TokenText
{
    /// <summary>The text in double quotes, with line ends, tabs, quotes and other controls as escapes.</summary>
    public static string Quoted(string text) => Quoted(Encoding.UTF8.GetBytes(text));

    /// <summary>The same for bytes: those that are not a UTF-8 character appear as \xNN.</summary>
    public static string Quoted(ReadOnlySpan<byte> bytes)
    {
        var shown = new StringBuilder("\"");
        while (!bytes.IsEmpty)
        {
            bool whole = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done;
            shown.Append(whole ? Escaped(rune) : Hexadecimal(bytes[..length]));
            bytes = bytes[length..];
        }

        return shown.Append('"').ToString();
    }

    /// <summary>The token of an id, quoted; an id without a token as &lt;unused 50300&gt;.</summary>
    public static string Of(Vocabulary vocabulary, int id) => vocabulary.IsUnused(id) ? vocabulary.WrittenForm(id) : Quoted(vocabulary.BytesOf(id));

    /// <summary>A text shortened for headings, but not inside a surrogate pair.</summary>
    public static string Shortened(string text, int most = 60)
    {
        if (text.Length <= most)
        {
            return text;
        }

        int kept = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return text[..kept] + "…";
    }

    private static string Hexadecimal(ReadOnlySpan<byte> bytes)
    {
        var shown = new StringBuilder();
        foreach (byte value in bytes)
        {
            shown.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
        }

        return shown.ToString();
    }

    private static string Escaped(Rune rune) => rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '"' => "\\\"",
        '\\' => "\\\\",
        _ when IsInvisible(rune) => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
        _ => rune.ToString(),
    };

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
