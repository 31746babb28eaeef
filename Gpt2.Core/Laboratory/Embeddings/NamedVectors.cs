// Vectors of the user's own with names: a small table as CSV, such as an example of two columns that can be computed by hand.

using System.Globalization;
using CsvHelper;
using Gpt2.Core.Numerics;
using static System.FormattableString;

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>Vectors with names.</summary>
/// <param name="Rows">The vectors, [vectors, channels].</param>
/// <param name="Names">The name of each: what its row begins with, or its numbers, "(5, 20)".</param>
internal sealed record NamedVectors(Matrix Rows, IReadOnlyList<string> Names)
{
    /// <summary>What such a table looks like, for messages.</summary>
    public const string Form = "rows such as king,2,1: a name, which may be missing, and numbers";

    private const int MostNumbers = 100_000_000;

    /// <summary>Reads a table.</summary>
    /// <param name="text">Rows of comma-separated cells; blank lines are skipped.</param>
    /// <param name="place">Where it is from, for messages.</param>
    /// <exception cref="Gpt2Exception">
    /// There are no rows, a cell is not a finite number, rows have different numbers of them, or a name occurs twice.
    /// </exception>
    public static NamedVectors Parse(string text, string place)
    {
        var names = new List<string>();
        var rows = new List<float[]>();
        (long Line, string[] Cells)[] table = [.. Cells(text, place)];
        bool named = table.Any(row => !IsNumber(row.Cells[0], out _)); // in a table of words, 1984 is a word too
        foreach ((long line, string[] cells) in table)
        {
            float[] numbers = [.. cells.Skip(named ? 1 : 0).Select(cell => NumberIn(cell, place, line))];
            string name = named ? cells[0] : "(" + string.Join(", ", cells) + ")";
            if (numbers.Length == 0)
            {
                throw new Gpt2Exception($"found '{VisibleText.Brief(name)}' without numbers") { Where = new(place, line), Expected = Form };
            }

            if (rows.Count > 0 && rows[0].Length != numbers.Length)
            {
                throw new Gpt2Exception($"found {Plural.Of(numbers.Length, "number")}")
                {
                    Where = new(place, line),
                    Expected = Invariant($"{rows[0].Length} as in the first row"),
                };
            }

            if (named && names.Contains(name))
            {
                throw new Gpt2Exception($"found the name '{VisibleText.Brief(name)}' again")
                {
                    Where = new(place, line),
                    Expected = "every name once",
                };
            }

            names.Add(name);
            rows.Add(numbers);
        }

        if (rows.Count == 0 || (long)rows.Count * rows[0].Length > MostNumbers)
        {
            throw new Gpt2Exception(rows.Count == 0 ? "found no rows" : "the table is too large")
            {
                Where = place,
                Expected = rows.Count == 0 ? Form : Invariant($"at most {MostNumbers:N0} numbers"),
            };
        }

        var matrix = new Matrix(place, rows.Count, rows[0].Length);
        for (int row = 0; row < rows.Count; row++)
        {
            rows[row].CopyTo(matrix.Row(row));
        }

        return new NamedVectors(matrix, names);
    }

    /// <summary>The table as CSV, which <see cref="Parse"/> reads.</summary>
    public void Write(TextWriter writer)
    {
        for (int row = 0; row < Rows.Rows; row++)
        {
            bool quoted = Names[row].AsSpan().IndexOfAny(",\"\n") >= 0;
            string name = quoted ? $"\"{Names[row].Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : Names[row];
            writer.Write(name);
            foreach (float number in Rows.Row(row))
            {
                writer.Write(',');
                writer.Write(number.ToString("R", CultureInfo.InvariantCulture));
            }

            writer.Write('\n');
        }
    }

    private static IEnumerable<(long Line, string[] Cells)> Cells(string text, string place)
    {
        CsvMalformedRecord? fault = null;
        using CsvReader reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = ',',
            HasHeader = false,
            TrackLineNumbers = true,
            OnMalformedRecord = record => fault = record,
        });
        while (reader.Read())
        {
            string[] cells = [.. Enumerable.Range(0, reader.FieldCount).Select(field => reader.GetString(field).Trim())];
            if (fault is not null)
            {
                throw new Gpt2Exception("found a quote that is not closed, or inside a cell")
                {
                    Where = new(place, reader.LineNumber),
                    Expected = "the whole cell in quotes",
                };
            }

            if (cells.Any(cell => cell.Length > 0))
            {
                yield return (reader.LineNumber, cells);
            }
        }
    }

    private static float NumberIn(string cell, string place, long line) => IsNumber(cell, out float number) && float.IsFinite(number)
        ? number
        : throw new Gpt2Exception($"found '{VisibleText.Brief(cell)}'")
        {
            Where = new(place, line),
            Expected = "a finite number with a decimal point",
        };

    private static bool IsNumber(string cell, out float number) =>
        float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && cell.Any(char.IsAsciiDigit);
}
