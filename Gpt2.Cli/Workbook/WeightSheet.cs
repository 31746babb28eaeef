// A sheet of weights: the numbers that training has found, as they are in the files of a CSV folder.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes weights that belong together: a layer's vectors, then its matrix.</summary>
internal static class WeightSheet
{
    public static SheetLook Look { get; } = new(WorkbookPlan.ListRow, WorkbookPlan.FirstColumn, Palette.WeightTab, [7, 16], 7.3);

    public static void Write(WeightGroup group, WorkbookContent content, SheetWriter sheet)
    {
        sheet.Title(group.Name, WorkbookPlan.Start);
        sheet.Text(WorkbookPlan.FirstColumn, group.Words, CellLook.Words);
        sheet.Row(WorkbookPlan.ListRow - 1);
        for (int column = 0; column < group.Matrices[0].Columns; column++)
        {
            sheet.Number(WorkbookPlan.FirstColumn + column, column, CellLook.ColumnHeader);
        }

        int row = WorkbookPlan.ListRow;
        foreach (MatrixShape weight in group.Matrices)
        {
            Matrix matrix = content.Pass.NumbersOf(MatrixTable.NameOfWeight(weight.Name));
            Func<int, string?> label = matrix.Name switch
            {
                "wte" or "lm_head" => id => content.TokenLabel(id),
                _ when matrix.Name.EndsWith("/g", StringComparison.Ordinal) => _ => "gain",
                _ when matrix.Name.EndsWith("/b", StringComparison.Ordinal) => _ => "bias",
                _ => _ => null,
            };
            Write(matrix, label, row, sheet);
            sheet.Colours.BySign(
                [new CellRange(group.Name, row, WorkbookPlan.FirstColumn, matrix.Rows, matrix.Columns)], CellColours.ScaleOf(matrix.Span));
            row += matrix.Rows;
        }
    }

    private static void Write(Matrix matrix, Func<int, string?> labelOf, int firstRow, SheetWriter sheet)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            sheet.Row(firstRow + row);
            if (matrix.Rows > 1)
            {
                sheet.Number(WorkbookPlan.PositionColumn, row, CellLook.RowHeader);
            }

            if (labelOf(row) is string label)
            {
                sheet.Text(WorkbookPlan.TokenColumn, label, CellLook.Token);
            }

            ReadOnlySpan<float> numbers = matrix.Row(row);
            for (int column = 0; column < numbers.Length; column++)
            {
                sheet.Number(WorkbookPlan.FirstColumn + column, numbers[column], CellLook.Number);
            }
        }
    }
}
