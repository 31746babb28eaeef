// Points of a user's own curve: CSV with two cells in a row, x and y. CsvHelper splits the rows.

using System.Globalization;
using CsvHelper;
using static System.FormattableString;

namespace Gpt2.Core.Laboratory;

/// <summary>Reads points.</summary>
internal static class CurveFile
{
    /// <summary>The form of a file, for messages.</summary>
    public const string Form = "two numbers in a row, x,y, such as 0.5,2.25";

    /// <summary>The maximum number of points, and the maximum length of a row.</summary>
    public const int MostPoints = 10_000, LongestRow = 1000;

    /// <summary>The largest number: squares of its squares are still finite.</summary>
    private const double Largest = 1e12;

    private const string Separators = ",;\t";

    /// <summary>
    /// Reads points and sorts them by x. A first row without a number is a header. Commas, semicolons or tabs separate the cells; empty lines
    /// are skipped.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Where it comes from, for messages.</param>
    /// <exception cref="Gpt2Exception">
    /// A row is not two finite numbers, an x is there twice, or there are fewer than two points or too many.
    /// </exception>
    public static IReadOnlyList<CurvePoint> Parse(string text, string name)
    {
        List<(CurvePoint Point, long Line)> rows = [.. Rows(text, name)];
        if (rows.Count < 2)
        {
            throw new Gpt2Exception($"found {Plural.Of(rows.Count, "point")}") { Where = name, Expected = $"at least 2; each is {Form}" };
        }

        (CurvePoint Point, long Line)[] sorted = [.. rows.OrderBy(row => row.Point.X)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Point.X == sorted[i - 1].Point.X)
            {
                throw new Gpt2Exception(Invariant($"found x = {sorted[i].Point.X} again, which is in line {sorted[i - 1].Line} too"))
                {
                    Where = new(name, sorted[i].Line),
                    Expected = "every x once",
                    Remedy = "keep one of the two, or their mean",
                };
            }
        }

        return [.. sorted.Select(row => row.Point)];
    }

    private static IEnumerable<(CurvePoint Point, long Line)> Rows(string text, string name)
    {
        using CsvReader reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = SeparatorOf(text),
            HasHeader = false, // whether the first row is one is decided below
            TrackLineNumbers = true,
            MaxRecordSize = LongestRow,
        });
        int points = 0;
        for (bool first = true; MoveOn(reader, name);)
        {
            string[] cells = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).Select(cell => cell.Trim())];
            if (cells.All(cell => cell.Length == 0))
            {
                continue;
            }

            bool isHeader = first && cells.Length == 2 && cells.All(cell => !TryParse(cell, out _));
            first = false;
            if (isHeader)
            {
                continue;
            }

            if (cells.Length != 2)
            {
                throw Wrong($"found {Plural.Of(cells.Length, "cell")}", name, reader.LineNumber);
            }

            if (++points > MostPoints)
            {
                throw new Gpt2Exception("there are more points") { Where = new(name, reader.LineNumber), Expected = $"at most {MostPoints}" };
            }

            yield return (new CurvePoint(Number(cells[0]), Number(cells[1])), reader.LineNumber);
        }

        double Number(string cell) => TryParse(cell, out double number) && Math.Abs(number) <= Largest
            ? number + 0.0 // not −0, which would be another x than 0 to a reader
            : throw Wrong($"found {VisibleText.Brief(cell)}", name, reader.LineNumber, Invariant($"finite numbers, at most {Largest} in size"));
    }

    private static bool MoveOn(CsvReader reader, string name)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw Wrong($"a row of more than {LongestRow} characters, or a quote that is not closed", name, e.LineNumber);
        }
    }

    private static bool TryParse(string cell, out double number) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static char SeparatorOf(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart("\r\n");
        int end = rest.IndexOfAny('\r', '\n');
        string first = rest[..(end < 0 ? rest.Length : end)].ToString();
        return Separators.MaxBy(separator => first.Count(character => character == separator));
    }

    private static Gpt2Exception Wrong(string found, string name, long line, string? expected = null) => new(found)
    {
        Where = new(name, line),
        Expected = expected is null ? Form : $"{expected}: {Form}",
    };
}
