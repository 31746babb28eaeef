// The cells of a saved workbook, read with the Open XML SDK.

using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Gpt2.Cli.Workbook.Cells;

namespace Gpt2.Tests.Cli.Workbook;

/// <summary>The values that a file has for its cells.</summary>
internal sealed class WorkbookCells
{
    private readonly Dictionary<string, Dictionary<string, object>> sheets = [];

    private WorkbookCells(string path)
    {
        using var document = SpreadsheetDocument.Open(path, isEditable: false);
        WorkbookPart workbook = document.WorkbookPart!;
        string[] strings = [.. workbook.SharedStringTablePart?.SharedStringTable.Elements<SharedStringItem>().Select(item => item.InnerText) ?? []];
        foreach (Sheet sheet in workbook.Workbook.Sheets!.Elements<Sheet>())
        {
            sheets.Add(sheet.Name!, Read((WorksheetPart)workbook.GetPartById(sheet.Id!), strings));
        }
    }

    public IEnumerable<string> Sheets => sheets.Keys;

    public static WorkbookCells Of(string path) => new(path);

    /// <summary>A number; null if the cell is empty or has the text "".</summary>
    public double? Number(CellRange cell) => this[cell] switch
    {
        double number => number,
        null or "" => null,
        object other => throw new InvalidOperationException($"{Reference.Full(cell)} is '{other}'"),
    };

    public string Text(CellRange cell) => this[cell] as string ?? "";

    public object? this[CellRange cell] => sheets[cell.Sheet].GetValueOrDefault(Reference.Cell(cell.Row, cell.Column));

    /// <summary>What is wrong with the cells of all sheets: error values, of any kind.</summary>
    public IEnumerable<string> Errors() => sheets.SelectMany(
        sheet => sheet.Value.Where(cell => cell.Value is CellError).Select(cell => $"{sheet.Key}!{cell.Key}: {cell.Value}"));

    /// <summary>The cells of a sheet that have another value in another file; an empty text is as good as none.</summary>
    public IEnumerable<string> Differences(WorkbookCells other, string sheet) =>
        from cell in sheets[sheet].Keys.Union(other.sheets[sheet].Keys)
        let own = sheets[sheet].GetValueOrDefault(cell, "")
        let others = other.sheets[sheet].GetValueOrDefault(cell, "")
        where !own.Equals(others)
        select $"{cell}: '{own}' and '{others}'";

    private static Dictionary<string, object> Read(WorksheetPart part, string[] strings)
    {
        var cells = new Dictionary<string, object>();
        using OpenXmlReader reader = OpenXmlReader.Create(part);
        while (reader.Read())
        {
            if (reader.ElementType == typeof(Cell) && reader.IsStartElement)
            {
                var cell = (Cell)reader.LoadCurrentElement()!;
                string text = cell.CellValue?.Text ?? cell.InlineString?.InnerText ?? "";
                if (cell.DataType is null || cell.DataType.Value == CellValues.Number)
                {
                    if (text.Length > 0)
                    {
                        cells.Add(cell.CellReference!, double.Parse(text, CultureInfo.InvariantCulture));
                    }
                }
                else
                {
                    CellValues type = cell.DataType.Value;
                    cells.Add(cell.CellReference!, type == CellValues.SharedString ? strings[int.Parse(text, CultureInfo.InvariantCulture)]
                        : type == CellValues.Error ? new CellError(text) : text);
                }
            }
        }

        return cells;
    }

    private sealed record CellError(string Text);
}
