// How a token is shown to a reader: in quotes, so that its spaces can be seen, and on one line.

using System.Globalization;
using System.Text;

namespace Gpt2.Cli.Output;

/// <summary>Token texts for tables and labels.</summary>
internal static class TokenText
{
    /// <summary>The text in double quotes, with line ends, tabs, quotes and other controls as escapes.</summary>
    public static string Quoted(string text)
    {
        var shown = new StringBuilder("\"");
        foreach (char character in text)
        {
            shown.Append(character switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '"' => "\\\"",
                '\\' => "\\\\",
                _ when char.IsControl(character) || character is '\u2028' or '\u2029' or '\u200B' or '\u00AD' =>
                    string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => character.ToString(),
            });
        }

        return shown.Append('"').ToString();
    }

    /// <summary>A text cut to a length, for headings.</summary>
    public static string Shortened(string text, int most = 60) => text.Length <= most ? text : text[..(most - 1)] + "…";
}
