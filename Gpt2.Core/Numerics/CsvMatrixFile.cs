// A matrix as a CSV file: comma separated, '.' decimal, no header, one row per line, written so that every float comes
// back with the same bits. CsvHelper splits and parses, this file checks the result, and CsvDiagnosis finds out what is
// wrong with a file that is refused.

using System.Buffers;
using System.Globalization;
using CsvHelper;

namespace Gpt2.Core.Numerics;

/// <summary>Reads and writes matrices as CSV.</summary>
internal static class CsvMatrixFile
{
    /// <summary>A number, its separator and the spaces around it take at most this many bytes.</summary>
    private const int WidestCell = 64;

    /// <summary>Lines up to this length are split whatever the shape.</summary>
    private const int ShortLine = 1 << 21;
    private const int LongestLine = 1 << 26;

    private const string Expected = "rows of numbers";

    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \r\t\uFEFF"u8);

    // No quoting: a quote is not part of a number, and "0,5" in quotes must not pass for 5.
    private static readonly CsvReaderOptions ReaderOptions = new()
    {
        Separator = ',',
        HasHeader = false,
        Mode = CsvMode.NoEscape,
        TrimWhitespace = true,
        FormatProvider = CultureInfo.InvariantCulture,
    };

    private static readonly CsvWriterOptions WriterOptions = new()
    {
        Mode = CsvMode.NoEscape,
        NewLine = "\n",
        FormatProvider = CultureInfo.InvariantCulture,
    };

    /// <summary>Fills a matrix from a file of exactly its shape.</summary>
    /// <param name="path">The file. CRLF, a byte-order mark, blank lines and spaces around cells are accepted.</param>
    /// <param name="matrix">
    /// Defines the shape and receives the numbers. A vector [1, n] may also be n lines of one cell each.
    /// </param>
    /// <exception cref="Gpt2Exception">
    /// The number of lines or of cells in a line is wrong, or a cell is not a finite number: the error comes from
    /// <see cref="CsvDiagnosis"/>. Or the file cannot be read.
    /// </exception>
    public static void Read(string path, Matrix matrix) => Opened(path, Expectation(matrix.Rows, matrix.Columns), () =>
    {
        bool isRight;
        try
        {
            // CsvHelper would decode UTF-16 with a byte-order mark.
            isRight = WrongFile.KindOf(path) != FileKind.Utf16 && TryRead(path, matrix);
        }
        catch (CsvFormatException)
        {
            isRight = false; // a line is too long for memory: without quotes, the reader can split everything else
        }

        return isRight ? true : throw CsvDiagnosis.Of(path, matrix.Rows, matrix.Columns);
    });

    /// <summary>
    /// Throws if a file is missing or too short to hold a matrix, before memory is allocated for it: a cell and its
    /// comma take at least two bytes.
    /// </summary>
    /// <exception cref="Gpt2Exception">
    /// It is; the error is the same that <see cref="Read"/> throws for such a file.
    /// </exception>
    public static void RequireLength(string path, int rows, int columns) => Opened(path, Expectation(rows, columns), () =>
        new FileInfo(path).Length >= (2L * rows * columns) - 1 ? true : throw CsvDiagnosis.Of(path, rows, columns));

    /// <summary>
    /// Rows and columns of a file, found by counting its lines and the commas in the first, and whether the first line
    /// has a decimal point: without one, its commas may be decimal commas.
    /// </summary>
    /// <exception cref="Gpt2Exception">There is no such file, or its cells are not separated by commas.</exception>
    public static (int Rows, int Columns, bool HasPoints) ShapeOf(string path) => Opened(path, Expected, () =>
    {
        if (WrongFile.Refusal(path, Expected) is { } refusal && new FileInfo(path).Length > 0)
        {
            throw refusal; // otherwise its lines would count as rows
        }

        using FileStream file = File.OpenRead(path);
        var block = new byte[1 << 16];
        int rows = 0, columns = 0;
        bool hasText = false, hasPoints = false, hasTabs = false, hasOthers = false;
        for (int read; (read = file.Read(block)) > 0;)
        {
            for (ReadOnlySpan<byte> rest = block.AsSpan(0, read); !rest.IsEmpty;)
            {
                int end = rest.IndexOf((byte)'\n');
                ReadOnlySpan<byte> part = end < 0 ? rest : rest[..end];
                if (rows == 0)
                {
                    columns += part.Count((byte)',');
                    hasPoints |= part.Contains((byte)'.');
                    hasTabs |= part.Contains((byte)'\t');
                    hasOthers |= part.ContainsAny((byte)';', (byte)'"');
                }

                hasText |= part.ContainsAnyExcept(Blank);
                rows += hasText && end >= 0 ? 1 : 0;
                hasText &= end < 0;
                rest = end < 0 ? [] : rest[(end + 1)..];
            }
        }

        if (hasOthers || (hasTabs && columns == 0))
        {
            throw CsvDiagnosis.Of(path, 1, 1);
        }

        rows += hasText ? 1 : 0;
        return (rows, rows == 0 ? 0 : columns + 1, hasPoints);
    });

    /// <summary>Writes a matrix, optionally with a header line and a label before each row.</summary>
    public static void Write(string path, Matrix matrix, IReadOnlyList<string>? columnLabels = null, IReadOnlyList<string>? rowLabels = null)
    {
        bool labelled = columnLabels is not null || rowLabels is not null;
        using CsvWriter writer = CsvWriter.ToFile(path, labelled ? WriterOptions with { Mode = CsvMode.Rfc4180 } : WriterOptions);
        if (columnLabels is not null)
        {
            foreach (string label in columnLabels)
            {
                writer.WriteField(label);
            }

            writer.EndRecord();
        }

        for (int row = 0; row < matrix.Rows; row++)
        {
            if (rowLabels is not null)
            {
                writer.WriteField(rowLabels[row]);
            }

            foreach (float value in matrix.Row(row))
            {
                writer.WriteField(value, default); // the shortest digits that give the same float
            }

            writer.EndRecord();
        }
    }

    /// <summary>What a file should hold, worded to follow "expected".</summary>
    internal static string Expectation(int rows, int columns) => $"{(rows == 1 ? "a row" : $"{rows} rows")} of {Plural.Of(columns, "number")}";

    /// <summary>Reads an existing file, and turns the system's refusals into errors for the user.</summary>
    private static T Opened<T>(string path, string expected, Func<T> read)
    {
        RegularFile.Require(path, "a file with " + expected, WrongFile.MoveAway);
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongFile.Unreadable(path, expected, e, WrongFile.Again);
        }
    }

    /// <summary>
    /// A line is held in memory with the position of each of its cells. Without a limit, a file without line ends would
    /// take a multiple of its size.
    /// </summary>
    private static int LongestLineOf(int columns) => (int)Math.Clamp((long)columns * WidestCell, ShortLine, LongestLine);

    /// <summary>The fast path: false at the first thing that is wrong, true if nothing is.</summary>
    private static bool TryRead(string path, Matrix matrix)
    {
        using CsvReader reader = CsvReader.FromFile(path, ReaderOptions with { MaxRecordSize = LongestLineOf(matrix.Columns) });
        int row = 0;
        bool asColumn = false;
        while (reader.Read())
        {
            if (row == 0)
            {
                asColumn = IsColumn(reader, matrix.Rows, matrix.Columns);
            }

            Span<float> cells = asColumn ? CellOfColumn(matrix, row) : RowOrNothing(matrix, row);
            if (cells.IsEmpty || reader.FieldCount != cells.Length)
            {
                return false;
            }

            for (int column = 0; column < cells.Length; column++)
            {
                if (!reader.TryParse(column, out cells[column]) || !float.IsFinite(cells[column]))
                {
                    return false;
                }
            }

            row++;
        }

        return row == (asColumn ? matrix.Columns : matrix.Rows);
    }

    private static bool IsColumn(CsvReader firstRow, int rows, int columns) =>
        rows == 1 && columns > 1 && firstRow.FieldCount == 1;

    private static Span<float> CellOfColumn(Matrix vector, int row) =>
        row < vector.Columns ? vector.Span.Slice(row, 1) : [];

    private static Span<float> RowOrNothing(Matrix matrix, int row) => row < matrix.Rows ? matrix.Row(row) : [];
}
