// The sheets of the pass: tables one below the other, each with what it is, how it is computed, and its numbers as formulas.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Explaining;
using Gpt2.Core.Numerics;
using Gpt2.Kernels.Attention;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes the tables of the pass.</summary>
/// <param name="content">The content of the workbook.</param>
internal sealed class StageSheets(WorkbookContent content)
{
    /// <summary>Columns that have the background of a heading.</summary>
    private const int HeadingColumns = 40;

    /// <summary>The column in which a table's formula in symbols begins.</summary>
    private const int SymbolsColumn = 8;

    private readonly WorkbookPlan plan = content.Plan;
    private readonly StepFormulas formulas = new(content.Plan);
    private readonly int tokens = content.Prompt.Count;

    public static SheetLook Look { get; } = new(WorkbookPlan.TopRows - 1, WorkbookPlan.FirstColumn, Palette.StageTab, [5, 14], 7.3);

    /// <summary>Writes a stage.</summary>
    public void Write(Stage stage, SheetWriter sheet)
    {
        sheet.Title(stage.Title, WorkbookPlan.Start);
        WriteLinks(stage, sheet);
        foreach (MatrixDescription matrix in stage.Matrices)
        {
            WriteTable(matrix, sheet);
        }
    }

    /// <summary>In the second row, a link to each table.</summary>
    private void WriteLinks(Stage stage, SheetWriter sheet)
    {
        int column = WorkbookPlan.FirstColumn;
        if (stage.Matrices.Length < 2)
        {
            return;
        }

        foreach (MatrixDescription matrix in stage.Matrices)
        {
            string label = matrix.Step switch
            {
                5 => $"5 {matrix.Title}",
                int step => Invariant($"step {step}"),
                null => matrix.Title,
            };
            sheet.Text(column, label, CellLook.Link);
            sheet.Link(1, column, HeadingOf(matrix));
            // The columns are 7 characters wide, and what a label needs of the next one must be empty.
            column += label.Length > 10 ? 2 + (label.Length / 11) : label.Length > 7 ? 2 : 1;
        }
    }

    private CellRange HeadingOf(MatrixDescription matrix)
    {
        CellRange numbers = plan.RangeOf(matrix.Name);
        return new CellRange(numbers.Sheet, numbers.Row - WorkbookPlan.HeadingRows, 0);
    }

    private void WriteTable(MatrixDescription matrix, SheetWriter sheet)
    {
        CellRange range = plan.RangeOf(matrix.Name);
        int top = range.Row - WorkbookPlan.HeadingRows;
        sheet.Row(top, 20);
        sheet.Text(0, HeadingText(matrix, range.Sheet), CellLook.Heading);
        sheet.Empty(1, CellLook.Heading, SymbolsColumn - 1);
        sheet.Text(SymbolsColumn, $"= {matrix.Formula}", CellLook.Symbols);
        sheet.Empty(SymbolsColumn + 1, CellLook.Heading, HeadingColumns - SymbolsColumn - 1);
        sheet.Row(top + 1);
        sheet.Text(0, matrix.Words, CellLook.Words);
        WriteColumnHeaders(matrix, range, sheet);
        Matrix numbers = content.Pass.NumbersOf(matrix.Name);
        FilledFormula?[] filled = FilledFormulasOf(matrix, range);
        for (int row = 0; row < range.Rows; row++)
        {
            sheet.Row(range.Row + row);
            WriteRowHeader(matrix, row, sheet);
            for (int column = 0; column < range.Columns; column++)
            {
                float? number = NumberAt(matrix, numbers, row, column);
                if (filled[(row * range.Columns) + column] is FilledFormula formula)
                {
                    sheet.Formula(range.Column + column, formula, number is float shown ? shown : CachedValue.Nothing);
                }
                else if (number is float given)
                {
                    sheet.Number(range.Column + column, given, CellLook.Number);
                }
            }
        }

        Colour(matrix, range, numbers, sheet);
        if (plan.IsWholeModel && !matrix.IsAfterBlocks)
        {
            CellRange positions = range with { Column = WorkbookPlan.PositionColumn, Columns = 1 };
            sheet.Colours.Fade(positions, $"{Reference.Cell(range.Row, WorkbookPlan.TokenColumn, Absolute.Column)}=\"\"");
        }
    }

    /// <summary>The number and the name of a step; also the block's number where the sheet is not that of a block.</summary>
    private static string HeadingText(MatrixDescription matrix, string sheet) =>
        (sheet == WorkbookPlan.StreamSheet && matrix.Block is int block ? Invariant($"block {block}, ") : "")
        + (matrix.Step is int step ? Invariant($"step {step}: {matrix.Title}") : matrix.Title);

    /// <summary>Which formula each cell has; none in a stage of plain numbers.</summary>
    private FilledFormula?[] FilledFormulasOf(MatrixDescription matrix, CellRange range)
    {
        var filled = new FilledFormula?[range.Rows * range.Columns];
        if (range.Sheet == WorkbookPlan.StreamSheet)
        {
            return filled;
        }

        foreach (FilledFormula formula in formulas.Of(matrix))
        {
            for (int row = 0; row < formula.Cells.Rows; row++)
            {
                int first = ((formula.Cells.Row - range.Row + row) * range.Columns) + formula.Cells.Column - range.Column;
                Array.Fill(filled, formula, first, formula.Cells.Columns);
            }
        }

        return filled;
    }

    private void WriteColumnHeaders(MatrixDescription matrix, CellRange range, SheetWriter sheet)
    {
        sheet.Row(range.Row - 2);
        for (int column = 0; column < range.Columns; column++)
        {
            if (GroupAt(matrix, column) is string group && group != (column == 0 ? null : GroupAt(matrix, column - 1)))
            {
                sheet.Text(range.Column + column, group, CellLook.GroupHeader);
            }
        }

        sheet.Row(range.Row - 1);
        for (int column = 0; column < range.Columns; column++)
        {
            if (matrix.Columns == ColumnKind.HeadsAndTokens)
            {
                int token = column % plan.Length;
                sheet.Formula(
                    range.Column + column, TokenFormula(sheet.Name, token), token < tokens ? LabelOf(token) : "", CellLook.ColumnHeader);
            }
            else
            {
                ColumnMeaning meaning = MeaningOf(matrix, column);
                sheet.Number(range.Column + column, meaning.Channel ?? meaning.Unit ?? column, CellLook.ColumnHeader);
            }
        }
    }

    private string? GroupAt(MatrixDescription matrix, int column)
    {
        if (matrix.Columns == ColumnKind.HeadsAndTokens)
        {
            return Invariant($"head {column / plan.Length}");
        }

        ColumnMeaning meaning = MeaningOf(matrix, column);
        return meaning.Head is not int head ? null : meaning.Part is null ? Invariant($"head {head}") : Invariant($"{meaning.Part}, head {head}");
    }

    private ColumnMeaning MeaningOf(MatrixDescription matrix, int column) =>
        ColumnMeaning.Of(matrix.Columns, column, plan.Config, content.Prompt);

    private void WriteRowHeader(MatrixDescription matrix, int row, SheetWriter sheet)
    {
        if (matrix.IsAfterBlocks)
        {
            string last = $"INDEX({Reference.From(sheet.Name, plan.Tokens, Absolute.Both)},{WorkbookPlan.Count})";
            sheet.Formula(WorkbookPlan.TokenColumn, FormulaText.IfThereIsAPrompt(last), LabelOf(tokens - 1), CellLook.Token);
            return;
        }

        sheet.Number(WorkbookPlan.PositionColumn, row, CellLook.RowHeader);
        sheet.Formula(WorkbookPlan.TokenColumn, TokenFormula(sheet.Name, row), row < tokens ? LabelOf(row) : "", CellLook.Token);
    }

    private string TokenFormula(string sheet, int token) => Reference.From(sheet, plan.Tokens.RowAt(token), Absolute.Both);

    private string LabelOf(int position) => content.TokenLabel(content.Prompt[position]);

    /// <summary>The number of the pass for a cell; null if the prompt has no such token.</summary>
    private float? NumberAt(MatrixDescription matrix, Matrix numbers, int row, int column)
    {
        if (matrix.IsAfterBlocks)
        {
            return numbers[numbers.Rows - 1, column];
        }

        if (matrix.Columns != ColumnKind.HeadsAndTokens)
        {
            return row < tokens ? numbers[row, column] : null;
        }

        (int head, int token) = Math.DivRem(column, plan.Length);
        return row < tokens && token < tokens ? numbers[row, (head * tokens) + token] : null;
    }

    private void Colour(MatrixDescription matrix, CellRange range, Matrix numbers, SheetWriter sheet)
    {
        switch (matrix.Operation)
        {
            case CellOperation.Softmax:
                sheet.Colours.Shares(range);
                break;
            case CellOperation.ScaledDotProduct:
                IEnumerable<CellRange> seen = Enumerable.Range(0, range.Columns).Select(
                    column => range.Part(column % plan.Length, column, plan.Length - (column % plan.Length)));
                sheet.Colours.BySign(seen, CellColours.ScaleOf([.. numbers.Span.ToArray().Where(number => number > AttentionKernel.MaskedScore)]));
                break;
            default:
                sheet.Colours.BySign([range], CellColours.ScaleOf(numbers.Span));
                break;
        }
    }
}
