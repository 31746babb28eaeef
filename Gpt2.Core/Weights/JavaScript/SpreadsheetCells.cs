// The JavaScript edition's page does not split lines into cells quite as CSV is usually written: two quotes are one
// quote wherever they are, and a single quote only switches whether commas belong to the cell.

using System.Text;

namespace Gpt2.Core.Weights.JavaScript;

/// <summary>A cell. If it is nothing but quotes in the file, the page and other programs read it differently.</summary>
/// <param name="Text">The cell as the page reads it.</param>
/// <param name="IsQuotes">Whether it is nothing but quotes in the file.</param>
internal readonly record struct SpreadsheetCell(string Text, bool IsQuotes)
{
    /// <summary>
    /// The cell as RFC 4180 defines it: the outer quotes around a doubled quote are not part of the text.
    /// </summary>
    public string AsRfc4180 => IsQuotes && Text.Length > 0 ? Text[1..] : Text;
}

/// <summary>Splits and writes lines of cells.</summary>
internal static class SpreadsheetCells
{
    /// <summary>
    /// A token may contain line feeds, but a quote that is never closed must not join the whole file.
    /// </summary>
    private const int LongestJoined = 1 << 12;

    /// <summary>
    /// The records of a text, each with the number of its first line. Unlike in the page, a cell in quotes may contain
    /// a line feed.
    /// </summary>
    public static IEnumerable<(List<SpreadsheetCell> Cells, int Line)> Split(string text)
    {
        // Line ends may be LF or CRLF, or CR if there is no LF; elsewhere a CR belongs to its cell.
        string[] lines = text.Split(text.Contains('\n', StringComparison.Ordinal) ? '\n' : '\r');
        for (int i = 0; i < lines.Length; i++)
        {
            int first = i;
            string line = lines[i];
            List<SpreadsheetCell>? cells;
            while ((cells = SplitLine(line.TrimEnd('\r'))) is null && i + 1 < lines.Length && line.Length < LongestJoined)
            {
                line += '\n' + lines[++i];
            }

            if (line.Trim().Length > 0)
            {
                yield return (cells ?? [], first + 1);
            }
        }
    }

    /// <summary>Writes any text without a line feed as a cell from which the page reads the same text.</summary>
    public static string Written(string text)
    {
        string doubled = text.Replace("\"", "\"\"", StringComparison.Ordinal);
        return text.Contains(',', StringComparison.Ordinal) || (text.Contains('"', StringComparison.Ordinal) && text.Trim('"').Length > 0)
            ? $"\"{doubled}\""
            : doubled;
    }

    /// <summary>The cells of a line; null if a quote is still open at its end.</summary>
    private static List<SpreadsheetCell>? SplitLine(string line)
    {
        var cells = new List<SpreadsheetCell>(4);
        var text = new StringBuilder();
        bool inQuotes = false;
        int begin = 0;
        for (int i = 0; i <= line.Length; i++)
        {
            if (i == line.Length || (line[i] == ',' && !inQuotes))
            {
                cells.Add(new SpreadsheetCell(text.ToString(), IsQuotes: i > begin && line.AsSpan(begin, i - begin).Trim('"').IsEmpty));
                text.Clear();
                begin = i + 1;
            }
            else if (line[i] != '"')
            {
                text.Append(line[i]);
            }
            else if (i + 1 < line.Length && line[i + 1] == '"')
            {
                text.Append('"');
                i++;
            }
            else
            {
                inQuotes = !inQuotes;
            }
        }

        return inQuotes ? null : cells;
    }
}
