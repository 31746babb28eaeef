// Reports one cause, not its consequences. It counts what can be counted in any kind of file (lines, cells, separators,
// cells that are not numbers) and reads in blocks, so that memory stays constant for a file of any size, even one
// without line ends.

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gpt2.Core.Numerics;

/// <summary>Finds out why a file could not be read as a matrix.</summary>
internal sealed class CsvDiagnosis
{
    private const string Export = "export it with ',' between cells and '.' in numbers, or convert the model again";
    private const int LongestCell = 64;
    private const int LongestShown = 40;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789-+"u8);
    private static readonly char[] Signs = ['-', '+'];
    private static readonly HashSet<string> NotFiniteWords =
        ["nan", "inf", "infinity", "1.#inf", "1.#qnan", "#num!", "#div/0!", "null", "none", "na", "n/a"];

    // The line being read.
    private readonly byte[] cell = new byte[LongestCell];
    private int cellLength;
    private long line = 1;
    private long cells;
    private bool lineHasText;

    // Lines that are not blank, and their cells when split at commas.
    private long rows, allCells, minCells = long.MaxValue, maxCells, lastLine;
    private (long Line, long Cells) firstLine;
    private (long Line, long Cells)? otherLine; // the first whose number of cells differs from the first line's

    // What should not be there.
    private long semicolons, tabs, quotes, innerSpaces, wholeNumbers;
    private long badCells, badInFirstLine, badInFirstColumn;
    private (long Line, long Column, string Text, bool IsNumber)? firstBad;

    private CsvDiagnosis()
    {
    }

    /// <summary>Says why a file was refused.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The number of rows it should have.</param>
    /// <param name="columns">The number of cells each row should have.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Gpt2Exception Of(string path, int rows, int columns)
    {
        if (WrongFile.Refusal(path, CsvMatrixFile.Expectation(rows, columns)) is Gpt2Exception refusal)
        {
            return refusal;
        }

        var counts = new CsvDiagnosis();
        using FileStream file = RegularFile.OpenRead(path);
        var block = new byte[1 << 16];
        bool atStart = true;
        for (int read; (read = file.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0; atStart = false)
        {
            ReadOnlySpan<byte> bytes = block.AsSpan(0, read);
            counts.Take(atStart && bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
        }

        counts.EndLine();
        bool asColumn = rows == 1 && columns > 1 && counts.firstLine.Cells == 1 && counts.innerSpaces == 0;
        return counts.Fault(path, asColumn ? columns : rows, asColumn ? 1 : columns);
    }

    private Gpt2Exception Fault(string path, int expectedRows, int expectedCells)
    {
        string expected = $"[{expectedRows}, {expectedCells}]", shape = $"[{rows}, {maxCells}]";
        Gpt2Exception Wrong(string found, string remedy) => new(found) { Where = path, Expected = expected, Remedy = remedy };
        if (Separators(expectedRows, expectedCells) is string separators)
        {
            return new Gpt2Exception(separators) { Where = path, Remedy = Export };
        }

        if (Labels(expectedRows, expectedCells) is string labels)
        {
            return new Gpt2Exception(labels) { Where = path, Remedy = "export it without headings and labels: numbers only" };
        }

        if (firstBad is (long badLine, long column, string text, bool isNumber))
        {
            string first = $"found '{(text.Length <= LongestShown ? text : text[..LongestShown] + "…")}'";
            return new Gpt2Exception(badCells == 1 ? first : $"{first}, the first of {badCells} such cells")
            {
                Where = new(path, badLine, column),
                Expected = "a finite number with '.' as decimal point",
                Remedy = isNumber ? WrongFile.TakeWhole : WrongFile.Again,
            };
        }

        if (otherLine is not null)
        {
            (long wrongLine, long count) = firstLine.Cells == expectedCells ? otherLine.Value : firstLine;
            return new Gpt2Exception($"{(wrongLine == lastLine && count < expectedCells ? "is cut off: " : "")}found {Plural.Of(count, "cell")}")
            {
                Where = new(path, wrongLine),
                Expected = $"{expectedCells} for {expected}",
                Remedy = WrongFile.Again,
            };
        }

        return rows == 0 ? Wrong("has no line with a cell", WrongFile.Again)
            : rows == expectedRows && maxCells == expectedCells ? Wrong("contains text that cannot be read as numbers", WrongFile.Again)
            : rows == expectedCells && maxCells == expectedRows && rows != maxCells
            ? Wrong($"is transposed: found {shape}", "transpose it: PyTorch's linear layers store the transpose")
            : rows < expectedRows && (maxCells == expectedCells || (rows == 1 && maxCells < expectedCells))
            ? Wrong($"is cut off: found {shape}", WrongFile.Again)
            : Wrong($"found {shape}", $"use the file of this matrix and the sizes of this model, or {WrongFile.Again}");
    }

    private string? Separators(int expectedRows, int expectedCells)
    {
        string decimals = allCells > rows ? ", and numbers have a decimal comma" : "";

        // "0,5,1,25" for 0.5 and 1.25: every number is split in two, and neither half has a point.
        bool halves = wholeNumbers == allCells && 2 * allCells > 3 * rows * expectedCells
            && maxCells <= 2L * expectedCells && rows == expectedRows;
        return IsUsual(semicolons) ? "cells are separated by semicolons" + decimals
            : IsUsual(tabs) ? "cells are separated by tabs" + decimals
            : IsUsual(quotes) ? "numbers are in quotes"
            : IsUsual(innerSpaces) && maxCells == 1 ? "cells are separated by spaces"
            : halves ? "numbers have a decimal comma, which also separates the cells"
            : null;
    }

    /// <summary>Whether a character is common enough to be in most lines and between most cells, not just in a damaged cell.</summary>
    private bool IsUsual(long count) => count > 0 && 2 * count >= Math.Max(rows, allCells - rows);

    private string? Labels(int expectedRows, int expectedCells)
    {
        bool heading = badInFirstLine > 0 && rows == expectedRows + 1L;
        bool index = minCells > expectedCells && wholeNumbers >= expectedRows && rows >= expectedRows;
        return (heading, maxCells == expectedCells + 1L && (badInFirstColumn >= expectedRows || index)) switch
        {
            (true, true) => "has a line of headings and a column of labels",
            (true, false) => "has a line of headings",
            (false, true) => "has a column of labels",
            _ => null,
        };
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
                    semicolons += value == ';' ? 1 : 0;
                    tabs += value == '\t' ? 1 : 0;
                    quotes += value == '"' ? 1 : 0;
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
            firstLine = rows++ == 0 ? (line, cells) : firstLine;
            minCells = Math.Min(minCells, cells);
            maxCells = Math.Max(maxCells, cells);
            otherLine ??= cells == firstLine.Cells ? null : (line, cells);
            lastLine = line;
        }

        (cells, cellLength, lineHasText) = (0, 0, false);
    }

    private void EndCell()
    {
        ReadOnlySpan<byte> text = cell.AsSpan(0, cellLength).Trim(" "u8);
        cells++;
        allCells++;
        innerSpaces += text.Contains((byte)' ') ? 1 : 0;
        bool isWhole = cellLength < LongestCell;
        cellLength = 0;
        bool isNumber = float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && isWhole;
        if (isNumber && float.IsFinite(value))
        {
            wholeNumbers += text.IndexOfAnyExcept(Digits) < 0 ? 1 : 0;
            return;
        }

        string word = Encoding.UTF8.GetString(text);
        bool isNotFinite = isNumber || NotFiniteWords.Contains(word.TrimStart(Signs).ToLowerInvariant());
        firstBad ??= (line, cells, word, isNotFinite);
        badCells++;
        if (isNotFinite)
        {
            return;
        }

        badInFirstLine += rows == 0 ? 1 : 0;
        badInFirstColumn += cells == 1 ? 1 : 0;
    }
}
