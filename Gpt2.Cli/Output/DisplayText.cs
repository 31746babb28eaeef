// The width of text on a screen, and how it is fitted into a width: broken only between words, or cut.

using System.Text;
using Spectre.Console.Rendering;

namespace Gpt2.Cli.Output;

/// <summary>Text measured in the columns of a terminal.</summary>
internal static class DisplayText
{
    /// <summary>Columns on a screen: Chinese characters and emoji take two, combining marks none.</summary>
    public static int Width(string text) => Ascii.IsValid(text) ? text.Length : new Segment(text).CellCount();

    /// <summary>The text padded with spaces to a width.</summary>
    public static string Padded(string text, int width, bool right)
    {
        string space = new(' ', Math.Max(0, width - Width(text)));
        return right ? space + text : text + space;
    }

    /// <summary>
    /// The text in lines of a width, broken at spaces. A longer word is alone on a line and is left whole: the terminal
    /// continues it on its next row, so that a path can still be copied.
    /// </summary>
    /// <param name="text">The text; its own line ends are kept.</param>
    /// <param name="width">Maximum columns of a line; null for no limit.</param>
    /// <param name="indent">Spaces before continuation lines.</param>
    /// <param name="separator">Where lines may be broken.</param>
    public static IEnumerable<string> Wrapped(string text, int? width, int indent = 0, string separator = " ")
    {
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (width is null || Width(line) <= width)
            {
                yield return line;
                continue;
            }

            string words = line.TrimStart(' ');
            string start = line[..^words.Length];
            string? row = null;
            foreach (string word in words.Split(separator))
            {
                if (row is not null && Width(row) + separator.Length + Width(word) > width)
                {
                    yield return row.TrimEnd();
                    row = null;
                    start = new string(' ', indent);
                }

                row = row is null ? start + word : row + separator + word;
            }

            yield return row!.TrimEnd();
        }
    }

    /// <summary>The text, or as much of its beginning as fits, followed by an ellipsis.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        var kept = new StringBuilder();
        int used = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int length = Width(rune.ToString());
            if (used + length > width - 1)
            {
                break;
            }

            kept.Append(rune);
            used += length;
        }

        return kept.Append('…').ToString();
    }
}
