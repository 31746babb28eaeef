// Reads through a CSV file that was refused, and counts what can be counted in it whatever is wrong: lines, cells,
// separators, cells that are no numbers. In blocks, so that a file of any size and without a line end needs no memory.

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>The counts of one file.</summary>
internal sealed class CsvScan
{
    private const int LongestCell = 64;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789-+"u8);

    private readonly byte[] cell = new byte[LongestCell];
    private int cellLength;
    private long line = 1;
    private int cells;
    private bool lineHasText;

    /// <summary>Lines that are not blank.</summary>
    public long Rows { get; private set; }

    /// <summary>The smallest number of cells of a line, by commas.</summary>
    public int FewestCells { get; private set; } = int.MaxValue;

    /// <summary>The largest.</summary>
    public int MostCells { get; private set; }

    /// <summary>The cells of the last line.</summary>
    public int LastCells { get; private set; }

    public long Semicolons { get; private set; }

    public long Tabs { get; private set; }

    public long Quotes { get; private set; }

    /// <summary>Spaces between other characters of a cell.</summary>
    public long InnerSpaces { get; private set; }

    /// <summary>Cells that are whole numbers: all of them where decimal commas have cut numbers in two.</summary>
    public long WholeNumbers { get; private set; }

    public long Cells { get; private set; }

    /// <summary>NaN, infinities, and numbers beyond float32.</summary>
    public BadCells NotFinite { get; } = new();

    /// <summary>What is no number at all.</summary>
    public BadCells NoNumbers { get; } = new();

    /// <summary>Those of them in the first line and in the first column: a heading, and labels.</summary>
    public long NoNumbersInFirstLine { get; private set; }

    public long NoNumbersInFirstColumn { get; private set; }

    /// <summary>Scans a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CsvScan Of(string path)
    {
        var scan = new CsvScan();
        using FileStream file = RegularFile.OpenRead(path);
        var block = new byte[1 << 16];
        bool atStart = true;
        for (int read; (read = file.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0;)
        {
            ReadOnlySpan<byte> bytes = block.AsSpan(0, read);
            scan.Take(atStart && bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
            atStart = false;
        }

        scan.EndLine();
        return scan;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            switch (value)
            {
                case (byte)'\n':
                    EndLine();
                    line++;
                    break;
                case (byte)'\r':
                    break;
                case (byte)',':
                    EndCell();
                    break;
                default:
                    Semicolons += value == ';' ? 1 : 0;
                    Tabs += value == '\t' ? 1 : 0;
                    Quotes += value == '"' ? 1 : 0;
                    lineHasText |= value is not ((byte)' ' or (byte)'\t');
                    if (cellLength < LongestCell)
                    {
                        cell[cellLength++] = value;
                    }

                    break;
            }
        }
    }

    private void EndLine()
    {
        if (lineHasText || cells > 0)
        {
            EndCell();
            Rows++;
            FewestCells = Math.Min(FewestCells, cells);
            MostCells = Math.Max(MostCells, cells);
            LastCells = cells;
        }

        (cells, cellLength, lineHasText) = (0, 0, false);
    }

    private void EndCell()
    {
        ReadOnlySpan<byte> text = cell.AsSpan(0, cellLength).Trim(" "u8);
        cells++;
        Cells++;
        InnerSpaces += text.Contains((byte)' ') ? 1 : 0;
        bool isNumber = float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value);
        if (isNumber && float.IsFinite(value))
        {
            WholeNumbers += text.IndexOfAnyExcept(Digits) < 0 ? 1 : 0;
        }
        else if (isNumber || IsNotFinite(text))
        {
            NotFinite.Add(line, cells, text);
        }
        else
        {
            NoNumbers.Add(line, cells, text);
            NoNumbersInFirstLine += Rows == 0 ? 1 : 0;
            NoNumbersInFirstColumn += cells == 1 ? 1 : 0;
        }

        cellLength = 0;
    }

    private static bool IsNotFinite(ReadOnlySpan<byte> text)
    {
        string word = Encoding.UTF8.GetString(text).TrimStart('-', '+').ToLowerInvariant();
        return word is "nan" or "inf" or "infinity" or "1.#inf" or "1.#qnan" or "#num!" or "#div/0!" or "null" or "none" or "na" or "n/a";
    }
}

/// <summary>Cells of one fault: how many, and the first.</summary>
internal sealed class BadCells
{
    private string first = "";

    public long Count { get; private set; }

    public void Add(long line, int column, ReadOnlySpan<byte> text)
    {
        if (Count++ == 0)
        {
            first = string.Create(CultureInfo.InvariantCulture, $"'{Encoding.UTF8.GetString(text)}' in line {line} column {column}");
        }
    }

    /// <summary>"3 cells are …, the first 'NaN' in line 1 column 2"</summary>
    public string Describe(string expected) => Count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"a cell is not a {expected}, {first}")
        : string.Create(CultureInfo.InvariantCulture, $"{Count} cells are not {expected}s, the first {first}");
}
