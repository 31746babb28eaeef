// The first sheet of a workbook with some blocks only: the prompt for which the program has computed what enters them, and a list of the other
// sheets. Nothing can be typed, and there is no prediction.

using Gpt2.Cli.Workbook.Cells;

namespace Gpt2.Cli.Workbook.Start;

/// <summary>Writes the first sheet of some blocks.</summary>
internal static class BlocksStartSheet
{
    /// <summary>Writes the sheet.</summary>
    /// <param name="content">The content of the workbook, whose prompt has the plan's length.</param>
    /// <param name="others">The other sheets.</param>
    /// <param name="sheet">Where to write.</param>
    public static void Write(WorkbookContent content, IEnumerable<WorkbookSheet> others, SheetWriter sheet)
    {
        IReadOnlyList<int> prompt = content.Prompt;
        StartParts.WriteTitle(
            $"{content.Model}: a part of the forward pass in formulas", content.Plan.Config,
            "Every step of the blocks below is a formula; their weights are in sheets of their own.", sheet);
        sheet.Row(StartLayout.AnswerRow, 30);
        sheet.Text(0, "Only some blocks are here: what enters them was computed by the program for this prompt.", CellLook.Answer);
        sheet.Row(StartLayout.HeadingRow, 20);
        StartParts.WriteHeading("The prompt", 0, StartLayout.TokenColumn, sheet);
        sheet.Row(StartLayout.CountRow);
        sheet.Text(StartLayout.PositionColumn, "number of tokens", CellLook.Words);
        sheet.Number(StartLayout.TokenColumn, prompt.Count, CellLook.Integer);
        sheet.Row(StartLayout.HeaderRow);
        StartParts.WriteTokenHeaders(sheet);
        for (int i = 0; i < prompt.Count; i++)
        {
            sheet.Row(StartLayout.FirstRow + i, 17);
            sheet.Number(StartLayout.PositionColumn, i, CellLook.RowHeader);
            sheet.Number(StartLayout.IdColumn, prompt[i], CellLook.Integer);
            sheet.Text(StartLayout.TokenColumn, content.TokenLabel(prompt[i]), CellLook.Token);
        }

        StartParts.WriteContents(others, StartLayout.ContentsRow(content.Plan.Length), sheet);
    }
}
