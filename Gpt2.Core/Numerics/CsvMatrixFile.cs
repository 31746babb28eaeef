// A matrix as a CSV file: comma separated, '.' decimal, no header, one row per line, written so that every float
// comes back with the same bits. CsvHelper splits and parses; what is here checks, and says where it is wrong.

using System.Globalization;
using System.Text;
using CsvHelper;

namespace Gpt2.Core.Numerics;

/// <summary>Reads and writes matrices as CSV.</summary>
internal static class CsvMatrixFile
{
    /// <summary>No number and what stands around it takes more bytes than this.</summary>
    private const int WidestCell = 64;

    /// <summary>Lines up to here are split whatever the shape, so that one with too many cells is answered with their number.</summary>
    private const int ShortLine = 1 << 21;
    private const int LongestLine = 1 << 26;

    /// <summary>Columns beyond those of any model, where a file is asked for its shape.</summary>
    private const int MostColumns = 1 << 16;

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
    /// <param name="matrix">Says the shape and receives the numbers. A vector [1, n] may also stand as n lines of one cell.</param>
    /// <exception cref="Gpt2Exception">
    /// A line has another number of cells, there are more or fewer lines, or a cell is not a finite number. The
    /// message names file, line, column, what was found and what was expected.
    /// </exception>
    public static void Read(string path, Matrix matrix)
    {
        try
        {
            if (!TryRead(path, matrix))
            {
                throw Explain(path, matrix.Name, matrix.Rows, matrix.Columns);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Gpt2Exception($"{path}: no such file, expected {matrix.Rows} rows of {matrix.Columns} numbers", e);
        }
        catch (CsvFormatException e)
        {
            throw TooLongLine(path, matrix.Columns, e);
        }
    }

    /// <summary>
    /// Throws where a file is too short to hold a matrix, before memory is taken for it: a cell and its comma are two bytes.
    /// </summary>
    /// <exception cref="Gpt2Exception">It is; the message is the one that <see cref="Read"/> has for it.</exception>
    public static void RequireLength(string path, string name, int rows, int columns)
    {
        if (new FileInfo(path).Length >= (2L * rows * columns) - 1)
        {
            return;
        }

        try
        {
            throw Explain(path, name, rows, columns);
        }
        catch (CsvFormatException e)
        {
            throw TooLongLine(path, columns, e);
        }
    }

    /// <summary>Rows and columns of a file, by counting its lines and the cells of the first.</summary>
    /// <exception cref="Gpt2Exception">There is no such file, or a line has no end.</exception>
    public static (int Rows, int Columns) ShapeOf(string path)
    {
        if (!File.Exists(path))
        {
            throw new Gpt2Exception($"{path}: no such file");
        }

        if (WrongFile.Refusal(path, "rows of numbers") is Gpt2Exception refusal)
        {
            throw refusal; // its lines would count as rows
        }

        try
        {
            using CsvReader reader = Open(path, MostColumns);
            int rows = 0, columns = 0;
            while (reader.Read())
            {
                columns = rows++ == 0 ? reader.FieldCount : columns;
            }

            return (rows, columns);
        }
        catch (CsvFormatException e)
        {
            throw TooLongLine(path, MostColumns, e);
        }
    }

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

    private static CsvReader Open(string path, int columns, bool countLines = false)
    {
        RegularFile.Require(path, "a file with rows of numbers");
        return CsvReader.FromFile(path, ReaderOptions with { MaxRecordSize = LongestLineOf(columns), TrackLineNumbers = countLines });
    }

    /// <summary>A line is held in memory with the place of each of its cells: without a bound, a file without line ends takes a multiple of itself.</summary>
    private static int LongestLineOf(int columns) => (int)Math.Clamp((long)columns * WidestCell, ShortLine, LongestLine);

    /// <summary>The fast way: true if everything was right, false at the first thing that was not.</summary>
    private static bool TryRead(string path, Matrix matrix)
    {
        using CsvReader reader = Open(path, matrix.Columns);
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

    /// <summary>The slow way, after the fast one has failed: finds the first fault and words it.</summary>
    private static Gpt2Exception Explain(string path, string name, int rows, int columns)
    {
        string matrix = string.Create(CultureInfo.InvariantCulture, $"{name} [{rows}, {columns}]");
        if (WrongFile.Refusal(path, $"{rows} rows of {columns} numbers") is Gpt2Exception refusal)
        {
            return refusal;
        }

        using CsvReader reader = Open(path, columns, countLines: true);
        int row = 0;
        bool asColumn = false;
        while (reader.Read())
        {
            asColumn |= row == 0 && IsColumn(reader, rows, columns);
            string place = string.Create(CultureInfo.InvariantCulture, $"{path} line {reader.LineNumber}");
            int expectedRows = asColumn ? columns : rows;
            int expectedCells = asColumn ? 1 : columns;
            if (row >= expectedRows)
            {
                return new Gpt2Exception($"{place}: found a further row, expected {expectedRows} rows for {matrix}");
            }

            for (int column = 0; column < Math.Min(reader.FieldCount, expectedCells); column++)
            {
                if (!reader.TryParse(column, out float value) || !float.IsFinite(value))
                {
                    string cell = Shortened(reader.GetSpan(column));
                    return new Gpt2Exception($"{place} column {column + 1}: found '{cell}', expected {Expectation(cell)}");
                }
            }

            if (reader.FieldCount != expectedCells)
            {
                return new Gpt2Exception(
                    $"{place}: found {reader.FieldCount} cells, expected {expectedCells} for {matrix}: "
                    + "is the line cut off, or hparams.json of another model?");
            }

            row++;
        }

        return new Gpt2Exception(
            $"{path}: found {row} rows, expected {(asColumn ? columns : rows)} for {matrix}: "
            + "is the file cut off, or hparams.json of another model?");
    }

    /// <summary>Without quotes there is nothing else that the reader cannot split.</summary>
    private static Gpt2Exception TooLongLine(string path, int columns, CsvFormatException e) => WrongFile.Refusal(path, "rows of numbers") ?? new Gpt2Exception(
        $"{path} line {e.RecordNumber}: found more than {LongestLineOf(columns)} bytes without an end of the line, expected a row of numbers; "
        + "copy or convert the model again", e);

    private static bool IsColumn(CsvReader firstRow, int rows, int columns) =>
        rows == 1 && columns > 1 && firstRow.FieldCount == 1;

    private static Span<float> CellOfColumn(Matrix vector, int row) =>
        row < vector.Columns ? vector.Span.Slice(row, 1) : [];

    private static Span<float> RowOrNothing(Matrix matrix, int row) => row < matrix.Rows ? matrix.Row(row) : [];

    private static string Expectation(string cell)
    {
        if (cell.Contains(';', StringComparison.Ordinal) || cell.Contains('\t', StringComparison.Ordinal))
        {
            return "a number: the file is not separated by commas; export it with ',' between cells and '.' in numbers";
        }

        return cell.Contains('"', StringComparison.Ordinal)
            ? "a number without quotes: export it with ',' between cells and '.' in numbers"
            : "a finite number with '.' as decimal point";
    }

    private static string Shortened(ReadOnlySpan<byte> cell)
    {
        const int Longest = 40;
        string text = Encoding.UTF8.GetString(cell);
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
