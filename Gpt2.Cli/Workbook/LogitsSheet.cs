// The sheet of the logits: a row for every token of the vocabulary, with its logit and its probability.

using System.Numerics.Tensors;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Explaining;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes the logits and their softmax.</summary>
internal static class LogitsSheet
{
    public static SheetLook Look { get; } = new(WorkbookPlan.ListRow, WorkbookPlan.FirstColumn, Palette.StageTab, [7, 22, 14, 16], 12);

    public static void Write(WorkbookContent content, SheetWriter sheet)
    {
        (WorkbookPlan plan, PassExplanation pass) = (content.Plan, content.Pass);
        MatrixDescription logits = plan.OverVocabulary[0], probabilities = plan.OverVocabulary[1];
        CellRange logitCells = plan.RangeOf(logits.Name), probabilityCells = plan.RangeOf(probabilities.Name);
        ReadOnlySpan<float> numbers = pass.NumbersOf(logits.Name).Row(0), shares = pass.NumbersOf(probabilities.Name).Row(0);
        var formulas = new StepFormulas(plan);
        FilledFormula logit = formulas.Of(logits).Single(), probability = formulas.Of(probabilities).Single();
        double largest = TensorPrimitives.Max(numbers), sum = 0;
        foreach (float number in numbers)
        {
            sum += Math.Exp(number - largest);
        }

        string all = Reference.Local(logitCells, Absolute.Both), max = Reference.Local(WorkbookPlan.LargestLogit, Absolute.Both);
        sheet.Title("logits and probabilities of the next token", WorkbookPlan.Start);
        sheet.Text(1, "max and \u03A3 e^(x \u2212 max)", CellLook.Words);
        sheet.Formula(WorkbookPlan.LargestLogit.Column, FormulaText.IfThereIsAPrompt($"MAX({all})"), largest, CellLook.Number);
        sheet.Formula(WorkbookPlan.SumOfExponentials.Column, FormulaText.IfThereIsAPrompt($"SUMPRODUCT(EXP({all}-{max}))"), sum, CellLook.Number);
        sheet.Text(WorkbookPlan.SumOfExponentials.Column + 2, $"logits = {logits.Formula}. {logits.Words}", CellLook.Words);
        sheet.Row(2);
        sheet.Text(WorkbookPlan.SumOfExponentials.Column + 2, $"probabilities = {probabilities.Formula}. {probabilities.Words}", CellLook.Words);
        sheet.Row(WorkbookPlan.ListRow - 1);
        sheet.Text(0, "id", CellLook.ColumnHeader);
        sheet.Text(1, "token", CellLook.GroupHeader);
        sheet.Text(logitCells.Column, "logits", CellLook.ColumnHeader);
        sheet.Text(probabilityCells.Column, "probabilities", CellLook.ColumnHeader);
        for (int id = 0; id < numbers.Length; id++)
        {
            sheet.Row(WorkbookPlan.ListRow + id);
            sheet.Number(WorkbookPlan.PositionColumn, id, CellLook.RowHeader);
            sheet.Text(WorkbookPlan.TokenColumn, content.TokenLabel(id), CellLook.Token);
            sheet.Formula(logitCells.Column, logit, numbers[id]);
            sheet.Formula(probabilityCells.Column, probability, shares[id]);
        }

        sheet.Colours.BySign([logitCells], CellColours.ScaleOf(numbers));
        sheet.Colours.Bars(probabilityCells);
    }
}
