// The JavaScript edition's page splits words into characters and joins these as text, so a token is written as its
// text. If it is not text, or not text that the page can handle, its bytes are written as <0xNN>. No prompt is split
// into such words, since letters, digits and other characters are always in separate words.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.JavaScript;

/// <summary>Tokens as text and back.</summary>
internal static partial class SpreadsheetToken
{
    /// <summary>A token as the page reads it: its text, or its bytes as <c>&lt;0xNN&gt;</c>.</summary>
    public static string Written(ReadOnlySpan<byte> token) => TextOf(token) ?? string.Concat(token.ToArray().Select(value => $"<0x{value:X2}>"));

    /// <summary>
    /// The text of a token; null if it has incomplete characters or control characters, or looks like bytes written
    /// out. A line feed would end the page's line, and of the other control characters a prompt of one line has only
    /// the tab.
    /// </summary>
    public static string? TextOf(ReadOnlySpan<byte> token)
    {
        if (StrictUtf8.FirstFault(token) is not null)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(token);
        return text.Any(character => character < ' ' && character != '\t') || WrittenBytes().IsMatch(text) ? null : text;
    }

    /// <summary>Whether a cell is bytes written out.</summary>
    public static bool IsBytes(string cell) => WrittenBytes().IsMatch(cell);

    /// <summary>Converts a cell that <see cref="Written"/> wrote to the byte alphabet.</summary>
    public static string FromText(string cell) => ByteAlphabet.Write(
        IsBytes(cell)
            ? [.. cell.Split('>', StringSplitOptions.RemoveEmptyEntries)
                .Select(value => byte.Parse(value.AsSpan(3), NumberStyles.HexNumber, CultureInfo.InvariantCulture))]
            : Encoding.UTF8.GetBytes(cell));

    /// <summary>Converts a cell in the byte alphabet, which may have spaces for Ġ, to the byte alphabet.</summary>
    public static string FromAlphabet(string cell) => cell.Replace(' ', ByteAlphabet.CharOf((byte)' '));

    [GeneratedRegex(@"^(<0x[0-9A-F]{2}>)+\z")]
    private static partial Regex WrittenBytes();
}
