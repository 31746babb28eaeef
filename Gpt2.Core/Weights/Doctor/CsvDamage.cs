// Says what is wrong with a CSV file, from its counts and the shape that it should have: one finding for the cause, and not
// one for each of its consequences.

using System.Globalization;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Words for damaged CSV files.</summary>
internal static class CsvDamage
{
    private const string Export = "export it with ',' between cells and '.' in numbers, or convert the model again";

    /// <summary>Finds out why a file was refused.</summary>
    /// <param name="path">The file, which is text.</param>
    /// <param name="rows">The rows that it should have.</param>
    /// <param name="columns">The cells that each should have.</param>
    /// <param name="refusal">What the reader said, where nothing better is found.</param>
    /// <param name="findings">Receives what is wrong.</param>
    public static void Describe(string path, int rows, int columns, string refusal, FindingList findings)
    {
        string name = Path.GetFileName(path);
        CsvScan scan;
        try
        {
            scan = CsvScan.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(FindingArea.Tensors, name, $"cannot be read ({e.Message})", "set its rights, or copy the model again");
            return;
        }

        if (Separators(scan, rows, columns) is string separators)
        {
            findings.Wrong(FindingArea.Tensors, name, separators, Export);
            return;
        }

        int before = findings.All.Count;
        if (Labels(scan, rows, columns) is string labels)
        {
            findings.Wrong(FindingArea.Tensors, name, labels, "export it without headings and labels: numbers only");
            return;
        }

        if (scan.NotFinite.Count > 0)
        {
            findings.Wrong(FindingArea.Tensors, name, scan.NotFinite.Describe("finite number"), FileRemedies.TakeWholeWeights);
        }

        if (scan.NoNumbers.Count > 0)
        {
            findings.Wrong(FindingArea.Tensors, name, scan.NoNumbers.Describe("number"), FileRemedies.Again);
        }

        if (Shape(scan, rows, columns) is (string shape, string remedy))
        {
            findings.Wrong(FindingArea.Tensors, name, shape, remedy);
        }

        if (findings.All.Count == before)
        {
            findings.Wrong(FindingArea.Tensors, name, refusal, FileRemedies.Again);
        }
    }

    private static string? Separators(CsvScan scan, int rows, int columns)
    {
        if (scan.Semicolons > 0)
        {
            return scan.Cells > scan.Rows
                ? "cells are separated by semicolons, and numbers have a decimal comma"
                : "cells are separated by semicolons";
        }

        if (scan.Tabs > 0)
        {
            return scan.Cells > scan.Rows ? "cells are separated by tabs, and numbers have a decimal comma" : "cells are separated by tabs";
        }

        if (scan.Quotes > 0)
        {
            return "numbers stand in quotes";
        }

        if (scan.InnerSpaces > 0 && scan.MostCells == 1)
        {
            return "cells are separated by spaces";
        }

        // "0,5,1,25" for 0.5 and 1.25: every number is cut in two, and no half has a point.
        bool halves = scan.WholeNumbers == scan.Cells && scan.MostCells > columns && scan.MostCells <= 2 * columns;
        return halves && scan.Rows == rows ? "numbers have a decimal comma, which also separates the cells" : null;
    }

    private static string? Labels(CsvScan scan, int rows, int columns)
    {
        bool heading = scan.NoNumbersInFirstLine > 0 && scan.Rows == rows + 1;
        bool labels = scan.NoNumbersInFirstColumn >= rows && scan.MostCells == columns + 1;
        bool index = scan.MostCells == columns + 1 && scan.FewestCells == columns + 1 && scan.WholeNumbers >= rows && scan.Rows >= rows;
        return (heading, labels || index) switch
        {
            (true, true) => "has a line of headings and a column of labels",
            (true, false) => "has a line of headings",
            (false, true) => "has a column of labels",
            _ => null,
        };
    }

    private static (string Found, string Remedy)? Shape(CsvScan scan, int rows, int columns)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"expected [{rows}, {columns}]");
        string found = string.Create(CultureInfo.InvariantCulture, $"[{scan.Rows}, {scan.MostCells}]");
        if (scan.Rows == 0)
        {
            return ("has no line with a cell, " + expected, FileRemedies.Again);
        }

        if (scan.FewestCells != scan.MostCells)
        {
            return scan.LastCells < scan.MostCells && scan.MostCells == columns
                ? (string.Create(CultureInfo.InvariantCulture, $"is cut off: its last line {scan.Rows} has {scan.LastCells} of {columns} cells, {expected}"), FileRemedies.Again)
                : (string.Create(CultureInfo.InvariantCulture, $"has lines of {scan.FewestCells} to {scan.MostCells} cells, {expected}"), FileRemedies.Again);
        }

        if (scan.Rows == rows && scan.MostCells == columns)
        {
            return null;
        }

        if (scan.Rows == columns && scan.MostCells == rows && rows != 1)
        {
            return ($"is transposed: found {found}, {expected}", "exchange its rows and columns: PyTorch's linear layers keep them the other way round");
        }

        bool inFirstLine = scan.Rows == 1 && rows > 1 && scan.MostCells < columns;
        return inFirstLine || (scan.MostCells == columns && scan.Rows < rows)
            ? ($"is cut off: found {found}, {expected}", FileRemedies.Again)
            : ($"found {found}, {expected}: is it the file of another tensor or another model?", FileRemedies.Again);
    }
}
