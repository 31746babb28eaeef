// How a token is written for the page of the JavaScript edition, which splits words into characters and joins these as text: as the text
// that it is. Where a token is no text, or none that the page can hold, its bytes are written as <0xNN>, which no word of a prompt
// is split into: letters, digits and other signs stand in words of their own.

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
    /// The text of a token; null if it is no whole characters, or holds control characters (a line feed ends the page's line, and a
    /// prompt of one line has none of the others but the tab), or looks like bytes written out.
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

    /// <summary>A cell that <see cref="Written"/> wrote, in the byte alphabet.</summary>
    public static string FromText(string cell) => ByteAlphabet.Write(
        IsBytes(cell)
            ? [.. cell.Split('>', StringSplitOptions.RemoveEmptyEntries).Select(value => byte.Parse(value.AsSpan(3), NumberStyles.HexNumber, CultureInfo.InvariantCulture))]
            : Encoding.UTF8.GetBytes(cell));

    /// <summary>A cell in the byte alphabet with or without spaces for Ġ, in the byte alphabet.</summary>
    public static string FromAlphabet(string cell) => cell.Replace(' ', ByteAlphabet.CharOf((byte)' '));

    [GeneratedRegex(@"^(<0x[0-9A-F]{2}>)+\z")]
    private static partial Regex WrittenBytes();
}
