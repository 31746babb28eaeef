// What the first sheets of a whole model and of some blocks have in common: title, headings, and the list of the other sheets.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core;
using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Start;

/// <summary>Writes parts of a first sheet.</summary>
internal static class StartParts
{
    /// <summary>The title, and below it the model's sizes and a sentence.</summary>
    public static void WriteTitle(string title, Gpt2Config config, string words, SheetWriter sheet)
    {
        sheet.Row(StartLayout.TitleRow, 26);
        sheet.Text(0, title, CellLook.Title);
        sheet.Row(StartLayout.SizesRow);
        string sizes = Invariant($"{config.Parameters:N0} weights, {Plural.Of(config.Layers, "block")} of {Plural.Of(config.Heads, "head")}, ")
            + Plural.Of(config.Channels, "channel");
        sheet.Text(0, $"{sizes}. {words}", CellLook.Words);
    }

    /// <summary>A heading whose background goes from one column to another.</summary>
    public static void WriteHeading(string text, int first, int last, SheetWriter sheet)
    {
        sheet.Text(first, text, CellLook.Heading);
        sheet.Empty(first + 1, CellLook.Heading, last - first);
    }

    /// <summary>The headers of the table of tokens.</summary>
    public static void WriteTokenHeaders(SheetWriter sheet)
    {
        sheet.Text(StartLayout.PositionColumn, "position", CellLook.ColumnHeader);
        sheet.Text(StartLayout.IdColumn, "id", CellLook.ColumnHeader);
        sheet.Text(StartLayout.TokenColumn, "token", CellLook.GroupHeader);
    }

    /// <summary>A list of the other sheets, with links.</summary>
    public static void WriteContents(IEnumerable<WorkbookSheet> others, int row, SheetWriter sheet)
    {
        sheet.Row(row, 20);
        WriteHeading("The sheets", 0, StartLayout.TokenColumn, sheet);
        foreach (WorkbookSheet other in others)
        {
            row++;
            sheet.Row(row);
            sheet.Text(StartLayout.TypedColumn, other.Name, CellLook.Link);
            sheet.Link(row, StartLayout.TypedColumn, new CellRange(other.Name, 0, 0));
            sheet.Text(StartLayout.MeaningColumn, other.Words, CellLook.Words);
        }
    }
}
