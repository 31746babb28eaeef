// Texts in a worksheet, which is XML: some characters cannot be there, and are written as _x0007_.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gpt2.Cli.Workbook.Cells;

internal static partial class SheetText
{
    /// <summary>The longest text of a cell, in UTF-16 units: Excel takes 32,767, and some cells add words to a token.</summary>
    public const int Longest = 32_000;

    /// <summary>The text, cut off if it is too long for a cell.</summary>
    public static string Fitting(string text) => text.Length <= Longest ? text : text[..(Longest - 1)] + "\u2026";

    /// <summary>The text with what XML cannot hold, and what would be read as such an escape, as escapes.</summary>
    public static string Escaped(string text)
    {
        string safe = Escape().Replace(text, "_x005F$0");
        var escaped = new StringBuilder(safe.Length);
        for (int i = 0; i < safe.Length; i++)
        {
            char c = safe[i];
            if (char.IsHighSurrogate(c) && i + 1 < safe.Length && char.IsLowSurrogate(safe[i + 1]))
            {
                escaped.Append(c).Append(safe[++i]);
            }
            else if ((c < ' ' && c is not ('\t' or '\n')) || char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF')
            {
                escaped.Append(CultureInfo.InvariantCulture, $"_x{(int)c:X4}_");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    [GeneratedRegex("_(?=x[0-9A-Fa-f]{4}_)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
