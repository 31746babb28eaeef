// Examples from CSV: a header with the names of the fields, then a row for each. CsvHelper splits, and quoted cells may have line
// breaks. Commas, semicolons or tabs may separate the cells: the header shows which.

using CsvHelper;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Reads rows of CSV.</summary>
internal static class CsvRows
{
    private const string Separators = ",;\t";

    /// <summary>Adds every row of a text.</summary>
    /// <exception cref="Gpt2Exception">
    /// The header does not have the fields of a kind, or has one twice; a row is far too long; a quote is never closed.
    /// </exception>
    public static void Read(string text, string name, ExampleRows rows)
    {
        CsvMalformedRecord? fault = null;
        using CsvReader reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = SeparatorOf(text),
            HasHeader = false, // it is read below, to report what is wrong with it as with every row
            TrackLineNumbers = true,
            MaxRecordSize = 4 * ExampleReader.LongestRow, // bytes, of which a character has up to four
            OnMalformedRecord = record => fault = record,
        });
        try
        {
            string[]? header = null;
            while (reader.Read())
            {
                if (fault is { Reason: CsvMalformedReason.UnterminatedQuote } open)
                {
                    throw Unclosed(name, open.LineNumber);
                }

                string[] cells = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
                if (header is null)
                {
                    header = [.. cells.Select(cell => cell.Trim())];
                    RequireOnce(header, name, reader.LineNumber);
                    rows.Recognise(reader.LineNumber, header);
                }
                else if (Problem(cells, header, fault) is var (reason, problem))
                {
                    rows.Skipped.Add(reason, reader.LineNumber, problem);
                }
                else
                {
                    string Cell(string field) => Array.IndexOf(header, field) is int index and >= 0 ? cells[index] : "";
                    rows.Add(reader.LineNumber, header, Cell, () => JsonRows.MessagesIn(Cell(ExampleKind.MessagesField)));
                }

                fault = null;
            }
        }
        catch (CsvFormatException e)
        {
            throw Unclosed(name, e.LineNumber);
        }
    }

    /// <summary>What is wrong with a row before its fields are looked at; null if nothing is.</summary>
    private static (SkipReason Reason, string Problem)? Problem(string[] cells, string[] header, CsvMalformedRecord? fault)
    {
        if (fault is not null)
        {
            return (SkipReason.Malformed, "a quote inside a cell, expected the cell in quotes and the quote twice");
        }

        if (cells.Length != header.Length)
        {
            return (SkipReason.Malformed, $"{Plural.Of(cells.Length, "cell")}, expected {header.Length} as in the header");
        }

        long characters = cells.Sum(cell => (long)cell.Length);
        return characters > ExampleReader.LongestRow ? (SkipReason.Long, ExampleReader.TooLong(characters)) : null;
    }

    /// <summary>The separator that is most frequent in the first line.</summary>
    private static char SeparatorOf(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart("\r\n");
        int end = rest.IndexOfAny('\r', '\n');
        string first = rest[..(end < 0 ? rest.Length : end)].ToString();
        return Separators.MaxBy(separator => first.Count(character => character == separator));
    }

    private static void RequireOnce(string[] header, string name, long line)
    {
        if (header.GroupBy(field => field).FirstOrDefault(group => group.Key.Length > 0 && group.Count() > 1) is { } twice)
        {
            throw new Gpt2Exception($"the header has {VisibleText.Brief(twice.Key)} twice")
            {
                Where = new(name, line),
                Expected = "every field once",
            };
        }
    }

    private static Gpt2Exception Unclosed(string name, long line) => new("a cell in quotes does not end, or is far too long")
    {
        Where = new(name, line),
        Expected = $"a closing quote, and at most {ExampleReader.LongestRow} characters in a row",
        Remedy = "write a quote inside a quoted cell twice",
    };
}
