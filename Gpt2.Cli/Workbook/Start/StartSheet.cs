// The first sheet of a whole model: the prompt to type into, its tokens, what the model says comes next, and a list of the other sheets.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Tokenize;
using Gpt2.Core.Generation;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Start;

/// <summary>Writes the first sheet of a whole model.</summary>
/// <param name="content">The content of the workbook.</param>
internal sealed class StartSheet(WorkbookContent content)
{
    private readonly WorkbookPlan plan = content.Plan;
    private readonly Vocabulary? vocabulary = content.Vocabulary;
    private readonly StartFormulas formulas = new(content.Plan, content.Vocabulary);

    /// <summary>The most probable tokens for the prompt.</summary>
    private readonly Candidate[] top = Prediction.Top(
        content.Pass.NumbersOf("logits").Row(0), content.Pass.NumbersOf("probabilities").Row(0), StartLayout.Candidates);

    /// <summary>What is typed when the workbook is opened.</summary>
    public TypedToken[] Typed() =>
        [.. content.Prompt.Select(id => new TypedToken(vocabulary is null ? null : VocabularySheets.TypedFormOf(vocabulary, id), id))];

    /// <summary>Writes the sheet.</summary>
    /// <param name="others">The other sheets.</param>
    /// <param name="sheet">Where to write.</param>
    public void Write(IEnumerable<WorkbookSheet> others, SheetWriter sheet)
    {
        StartParts.WriteTitle(
            $"{content.Model}: the whole forward pass in formulas", plan.Config,
            "Every number after the prompt is a formula; the weights are in sheets of their own.", sheet);
        sheet.Row(StartLayout.AdviceRow);
        sheet.Text(0, Advice(), CellLook.Words);
        sheet.Row(StartLayout.AnswerRow, 30);
        string answer = Invariant($"The next token is {content.TokenLabel(top[0].Id)}, {Math.Round(100 * top[0].Probability, 1)} %");
        sheet.Formula(0, formulas.Answer(), answer, CellLook.Answer);
        WriteHeaders(sheet);
        TypedToken[] typed = Typed();
        for (int i = 0; i < Math.Max(plan.Length, StartLayout.Candidates); i++)
        {
            sheet.Row(StartLayout.FirstRow + i, 17);
            if (i < plan.Length)
            {
                WriteTyped(i, i < typed.Length ? typed[i] : null, sheet);
                WriteToken(i, sheet);
            }

            if (i < top.Length)
            {
                WriteNext(i, sheet);
            }
        }

        StartParts.WriteContents(others, StartLayout.ContentsRow(plan.Length), sheet);
        CellRange meanings = plan.Typed with { Column = StartLayout.MeaningColumn };
        sheet.Colours.Warn(meanings, FormulaText.FirstIsWrong(meanings));
        string firstToken = Reference.Local(plan.Tokens.RowAt(0), Absolute.Column);
        sheet.Colours.Fade(plan.Tokens with { Column = StartLayout.PositionColumn }, $"{firstToken}=\"\"");
        sheet.Colours.Bars(new CellRange(sheet.Name, StartLayout.FirstRow, StartLayout.ProbabilityColumn, StartLayout.Candidates));
    }

    private string Advice() => vocabulary is null
        ? Invariant($"Type one id into each yellow cell, at most {plan.Length}.")
        : Invariant($"Type into each yellow cell a token, a word of at most {TokenizeLayout.LongestText} characters or an id; ")
            + "the space before a word belongs to it. "
            + Invariant($"At most {plan.Length} tokens.");

    private void WriteHeaders(SheetWriter sheet)
    {
        sheet.Row(StartLayout.HeadingRow, 20);
        StartParts.WriteHeading("1  Type a prompt into the yellow cells", StartLayout.NumberColumn, StartLayout.MeaningColumn, sheet);
        StartParts.WriteHeading("2  Its tokens", StartLayout.PositionColumn, StartLayout.TokenColumn, sheet);
        StartParts.WriteHeading("3  What comes next", StartLayout.RankColumn, StartLayout.NextIdColumn, sheet);
        sheet.Row(StartLayout.CountRow);
        sheet.Text(StartLayout.PositionColumn, "number of tokens", CellLook.Words);
        sheet.Formula(StartLayout.TokenColumn, formulas.Count(), content.Prompt.Count, CellLook.Integer);
        sheet.Row(StartLayout.HeaderRow);
        sheet.Text(StartLayout.TypedColumn, "typed", CellLook.GroupHeader);
        sheet.Text(StartLayout.MeaningColumn, "what it is", CellLook.GroupHeader);
        StartParts.WriteTokenHeaders(sheet);
        sheet.Text(StartLayout.NextColumn, "token", CellLook.GroupHeader);
        sheet.Text(StartLayout.ProbabilityColumn, "probability", CellLook.ColumnHeader);
        sheet.Text(StartLayout.LogitColumn, "logit", CellLook.ColumnHeader);
        sheet.Text(StartLayout.NextIdColumn, "id", CellLook.ColumnHeader);
    }

    private void WriteTyped(int i, TypedToken? typed, SheetWriter sheet)
    {
        sheet.Number(StartLayout.NumberColumn, i + 1, CellLook.RowHeader);
        switch (typed)
        {
            case null:
                sheet.Empty(StartLayout.TypedColumn, CellLook.Input);
                break;
            case { Text: string text }:
                sheet.Text(StartLayout.TypedColumn, text, CellLook.Input);
                break;
            default:
                sheet.Number(StartLayout.TypedColumn, typed.Id, CellLook.Input);
                break;
        }

        sheet.Formula(StartLayout.MeaningColumn, formulas.Meaning(i), typed?.Meaning ?? "", CellLook.Normal);
    }

    private void WriteToken(int position, SheetWriter sheet)
    {
        int? id = position < content.Prompt.Count ? content.Prompt[position] : null;
        sheet.Number(StartLayout.PositionColumn, position, CellLook.RowHeader);
        sheet.Formula(StartLayout.IdColumn, formulas.Id(position), CachedValue.Of(id), CellLook.Integer);
        sheet.Formula(StartLayout.TokenColumn, formulas.Token(position), id is int known ? content.TokenLabel(known) : "", CellLook.Token);
    }

    private void WriteNext(int k, SheetWriter sheet)
    {
        Candidate shown = top[k];
        sheet.Number(StartLayout.RankColumn, k + 1, CellLook.RowHeader);
        sheet.Formula(StartLayout.NextColumn, formulas.NextToken(k), content.TokenLabel(shown.Id), CellLook.Token);
        sheet.Formula(StartLayout.ProbabilityColumn, formulas.NextProbability(k), shown.Probability, CellLook.Percent);
        sheet.Formula(StartLayout.LogitColumn, formulas.NextLogit(k), shown.Logit, CellLook.Number);
        sheet.Formula(StartLayout.NextIdColumn, formulas.NextId(k), shown.Id, CellLook.Integer);
    }
}
