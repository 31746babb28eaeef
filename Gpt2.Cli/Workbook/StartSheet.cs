// The first sheet: the prompt to type into, its tokens, what the model says comes next, and a list of the other sheets.

using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Generation;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes the first sheet.</summary>
/// <param name="plan">Where everything is.</param>
/// <param name="pass">The pass for the prompt with which the workbook begins.</param>
/// <param name="vocabulary">The vocabulary; null if the model has no text.</param>
/// <param name="tokenLabel">A token as it is shown.</param>
internal sealed class StartSheet(WorkbookPlan plan, PassExplanation pass, Vocabulary? vocabulary, Func<int, string> tokenLabel)
{
    /// <summary>What a message about a wrong input begins with.</summary>
    public const string Wrong = "\u2717";

    private const int TopTokens = 10;

    // The columns of the three tables.
    private const int TypedColumn = 1, MeaningColumn = 2, PositionColumn = 4, IdColumn = 5, TokenColumn = 6;
    private const int RankColumn = 8, NextColumn = 9, ProbabilityColumn = 10, LogitColumn = 11, NextIdColumn = 12;

    private readonly IReadOnlyList<int> prompt = pass.Trace.Ids;
    private readonly TokenizeSheet? tokenize = vocabulary is null ? null : new(plan, vocabulary);

    public static SheetLook Look { get; } = new(0, 0, Palette.StartTab, [5, 22, 38, 3, 9, 8, 18, 3, 5, 22, 12, 10, 8], 9);

    private Candidate[] Top { get; } = plan.IsWhole
        ? Prediction.Top(pass.NumbersOf("logits").Row(0), pass.NumbersOf("probabilities").Row(0), TopTokens) : [];

    /// <summary>What is typed when the workbook is opened.</summary>
    public TypedToken[] Typed() =>
        [.. prompt.Select(id => new TypedToken(vocabulary is null ? null : VocabularySheets.TypedFormOf(vocabulary, id), id))];

    /// <summary>Writes the sheet.</summary>
    /// <param name="modelName">The model's name.</param>
    /// <param name="sheet">Where to write.</param>
    public void Write(string modelName, SheetWriter sheet)
    {
        sheet.Row(0, 26);
        sheet.Text(0, $"{modelName}: {(plan.IsWhole ? "the whole" : "a part of the")} forward pass in formulas", CellLook.Title);
        sheet.Row(1);
        sheet.Text(0, SizesLine(), CellLook.Words);
        if (plan.IsWhole)
        {
            sheet.Row(2);
            sheet.Text(0, Advice(), CellLook.Words);
        }

        sheet.Row(3, 30);
        if (plan.IsWhole)
        {
            string shown = Invariant($"The next token is {tokenLabel(Top[0].Id)}, {Math.Round(100 * Top[0].Probability, 1)} %");
            sheet.Formula(0, AnswerFormula(), shown, CellLook.Answer);
        }
        else
        {
            sheet.Text(0, "Only some blocks are here: what enters them was computed by the program for this prompt.", CellLook.Answer);
        }

        WriteHeads(sheet);
        TypedToken[] typed = Typed();
        for (int i = 0; i < Math.Max(plan.Length, plan.IsWhole ? TopTokens : 0); i++)
        {
            sheet.Row(WorkbookPlan.StartRow + i, 17);
            if (i < plan.Length)
            {
                WritePromptRow(i, i < typed.Length ? typed[i] : null, sheet);
            }

            if (i < Top.Length)
            {
                WriteNext(i, sheet);
            }
        }

        WriteContents(WorkbookPlan.StartRow + Math.Max(plan.Length, TopTokens) + 2, sheet);
        if (plan.IsWhole)
        {
            CellRange meanings = plan.Typed with { Column = MeaningColumn };
            sheet.Colours.Warn(meanings, $"LEFT({Reference.Cell(meanings.Row, meanings.Column, Absolute.Column)},1)=\"{Wrong}\"");
            sheet.Colours.Bars(new CellRange(sheet.Name, WorkbookPlan.StartRow, ProbabilityColumn, TopTokens, 1));
        }
    }

    private string SizesLine() => Invariant(
        $"{plan.Config.Parameters:N0} weights, {Plural.Of(plan.Config.Layers, "block")} of {Plural.Of(plan.Config.Heads, "head")}, ")
        + Plural.Of(plan.Config.Channels, "channel") + ". "
        + "Every number after the prompt is a formula; the weights are in sheets of their own.";

    private void WriteHeads(SheetWriter sheet)
    {
        sheet.Row(5, 20);
        sheet.Text(0, plan.IsWhole ? "1  Type a prompt into the yellow cells" : "The prompt", CellLook.Heading);
        sheet.Empty(1, CellLook.Heading, MeaningColumn);
        sheet.Text(PositionColumn, "2  Its tokens", CellLook.Heading);
        sheet.Empty(IdColumn, CellLook.Heading, TokenColumn - PositionColumn);
        if (plan.IsWhole)
        {
            sheet.Text(RankColumn, "3  What comes next", CellLook.Heading);
            sheet.Empty(NextColumn, CellLook.Heading, NextIdColumn - RankColumn);
        }

        sheet.Row(WorkbookPlan.CountCell.Row);
        sheet.Text(PositionColumn, "number of tokens", CellLook.Words);
        if (plan.IsWhole)
        {
            sheet.Formula(TokenColumn, CountFormula(), prompt.Count, CellLook.Whole);
        }
        else
        {
            sheet.Number(TokenColumn, prompt.Count, CellLook.Whole);
        }

        sheet.Row(WorkbookPlan.StartRow - 1);
        (int Column, string Text)[] heads =
        [
            (TypedColumn, "typed"), (MeaningColumn, "what it is"), (PositionColumn, "position"), (IdColumn, "id"), (TokenColumn, "token"),
            (NextColumn, "token"), (ProbabilityColumn, "probability"), (LogitColumn, "logit"), (NextIdColumn, "id"),
        ];
        foreach ((int column, string text) in heads.Where(head => plan.IsWhole || head.Column is PositionColumn or IdColumn or TokenColumn))
        {
            bool isText = column is TypedColumn or MeaningColumn or TokenColumn or NextColumn;
            sheet.Text(column, text, isText ? CellLook.GroupHead : CellLook.ColumnHead);
        }
    }

    private string Advice() => vocabulary is null
        ? Invariant($"Type one id into each yellow cell, at most {plan.Length}.")
        : Invariant($"Type into each yellow cell a token, a word of at most {TokenizeSheet.LongestText} characters or an id; ")
            + "the space before a word belongs to it. "
            + Invariant($"At most {plan.Length} tokens.");

    private void WritePromptRow(int i, TypedToken? typed, SheetWriter sheet)
    {
        int row = WorkbookPlan.StartRow + i;
        if (plan.IsWhole)
        {
            sheet.Number(0, i + 1, CellLook.RowHead);
            WriteTyped(typed, sheet);
            sheet.Formula(
                MeaningColumn, MeaningFormula(i), typed is null ? "" : typed.Text is null ? "id" : "a token", CellLook.Normal);
        }

        sheet.Number(PositionColumn, i, CellLook.RowHead);
        if (!plan.IsWhole)
        {
            if (i < prompt.Count)
            {
                sheet.Number(IdColumn, prompt[i], CellLook.Whole);
                sheet.Text(TokenColumn, tokenLabel(prompt[i]), CellLook.Token);
            }

            return;
        }

        string id = Reference.Cell(row, IdColumn);
        sheet.Formula(IdColumn, IdFormula(i), i < prompt.Count ? prompt[i] : Shown.Nothing, CellLook.Whole);
        sheet.Formula(TokenColumn, $"IF({id}=\"\",\"\",{LabelOf(id, sheet.Name)})", i < prompt.Count ? tokenLabel(prompt[i]) : "", CellLook.Token);
    }

    private static void WriteTyped(TypedToken? typed, SheetWriter sheet)
    {
        switch (typed)
        {
            case null:
                sheet.Empty(TypedColumn, CellLook.Input);
                break;
            case { Text: string text }:
                sheet.Text(TypedColumn, text, CellLook.Input);
                break;
            default:
                sheet.Number(TypedColumn, typed.Id, CellLook.Input);
                break;
        }
    }

    /// <summary>The token of an id in a cell, from the sheet that lists all of them.</summary>
    private string LabelOf(string id, string sheet)
    {
        CellRange tokens = plan.RangeOf("logits") with { Column = WorkbookPlan.TokenColumn };
        return $"INDEX({Reference.From(sheet, tokens, Absolute.Both)},{id}+1)";
    }

    private string MeaningFormula(int i)
    {
        if (tokenize is not null)
        {
            return Reference.From(WorkbookPlan.StartSheet, tokenize.Meanings.RowAt(i));
        }

        string typed = Reference.Local(plan.Typed.RowAt(i));
        int most = plan.Config.Vocabulary;
        string meaning = $"IF(ISNUMBER({typed}),IF(AND({typed}>=0,{typed}<{most},{typed}=INT({typed})),\"id\","
            + $"\"{Wrong} no id: 0 to {most - 1}\"),\"{Wrong} not a number\")";
        if (i > 0)
        {
            meaning = $"IF({Reference.Local(plan.Typed.RowAt(i - 1))}=\"\",\"{Wrong} a cell above is empty\",{meaning})";
        }

        return $"IF(ISERROR({typed}),\"{Wrong} an error\",IF({typed}=\"\",\"\",{meaning}))";
    }

    /// <summary>The id of a position of the prompt: of the typed text that reaches it, the token in question.</summary>
    private string IdFormula(int position)
    {
        if (tokenize is null)
        {
            return $"IF({position}>={WorkbookPlan.Count},\"\",{Reference.Local(plan.Typed.RowAt(position))})";
        }

        string offsets = Reference.From(WorkbookPlan.StartSheet, tokenize.Offsets, Absolute.Both);
        string ids = Reference.From(WorkbookPlan.StartSheet, tokenize.Ids, Absolute.Both);
        string text = $"MATCH({position},{offsets},1)";
        return $"IF({position}>={WorkbookPlan.Count},\"\",INDEX({ids},{text},{position}-INDEX({offsets},{text})+1))";
    }

    /// <summary>The number of tokens; 0 if something typed is wrong or the prompt is too long, so that no half of it is computed.</summary>
    private string CountFormula() => $"IF(OR({WrongTexts()}>0,{Total()}>{plan.Length}),0,{Total()})";

    private string AnswerFormula()
    {
        string token = Reference.Cell(WorkbookPlan.StartRow, NextColumn), probability = Reference.Cell(WorkbookPlan.StartRow, ProbabilityColumn);
        return $"IF({WrongTexts()}>0,\"{Wrong} see the red message below\","
            + $"IF({Total()}>{plan.Length},\"{Wrong} \"&{Total()}&\" tokens, at most {plan.Length}\","
            + $"IF({WorkbookPlan.Count}=0,\"Type a prompt\",\"The next token is \"&{token}&\", \"&ROUND(100*{probability},1)&\" %\")))";
    }

    private string WrongTexts() => $"SUMPRODUCT(--(LEFT({Reference.Local(plan.Typed with { Column = MeaningColumn }, Absolute.Both)},1)=\"{Wrong}\"))";

    private string Total() => tokenize is null
        ? $"COUNT({Reference.Local(plan.Typed, Absolute.Both)})"
        : $"SUM({Reference.From(WorkbookPlan.StartSheet, tokenize.Counts, Absolute.Both)})";

    private void WriteNext(int k, SheetWriter sheet)
    {
        int row = WorkbookPlan.StartRow + k;
        Candidate shown = Top[k];
        string logits = Reference.From(sheet.Name, plan.RangeOf("logits"), Absolute.Both);
        string probabilities = Reference.From(sheet.Name, plan.RangeOf("probabilities"), Absolute.Both);
        string id = Reference.Cell(row, NextIdColumn), logit = Reference.Cell(row, LogitColumn), found = $"MATCH({logit},{logits},0)-1";
        if (k > 0)
        {
            // Equal logits: search on after the one above.
            string idAbove = Reference.Cell(row - 1, NextIdColumn);
            found = $"IF({logit}={Reference.Cell(row - 1, LogitColumn)},"
                + $"{idAbove}+MATCH({logit},INDEX({logits},{idAbove}+2):INDEX({logits},{plan.Config.Vocabulary}),0),{found})";
        }

        sheet.Number(RankColumn, k + 1, CellLook.RowHead);
        sheet.Formula(NextColumn, $"IF({id}=\"\",\"\",{LabelOf(id, sheet.Name)})", tokenLabel(shown.Id), CellLook.Token);
        sheet.Formula(ProbabilityColumn, $"IF({id}=\"\",\"\",INDEX({probabilities},{id}+1))", shown.Probability, CellLook.Percent);
        sheet.Formula(LogitColumn, $"IF({WorkbookPlan.Count}=0,\"\",LARGE({logits},{k + 1}))", shown.Logit, CellLook.Number);
        sheet.Formula(NextIdColumn, $"IF({WorkbookPlan.Count}=0,\"\",{found})", shown.Id, CellLook.Whole);
    }

    private void WriteContents(int row, SheetWriter sheet)
    {
        sheet.Row(row, 20);
        sheet.Text(0, "The sheets", CellLook.Heading);
        sheet.Empty(1, CellLook.Heading, TokenColumn);
        foreach ((string name, string words) in Contents())
        {
            row++;
            sheet.Row(row);
            sheet.Text(TypedColumn, name, CellLook.Link);
            sheet.Link(row, TypedColumn, new CellRange(name, 0, 0));
            sheet.Text(MeaningColumn, words, CellLook.Words);
        }
    }

    private IEnumerable<(string Name, string Words)> Contents()
    {
        if (plan.IsWhole && vocabulary is not null)
        {
            yield return (WorkbookPlan.TokenizeSheet, "from what you type to tokens, pass by pass");
        }

        foreach (Stage stage in plan.Stages)
        {
            string[] titles = [.. stage.Matrices.Select(matrix => matrix.Title)];
            yield return (stage.Name, stage.Matrices[0].Block is null ? string.Join(", ", titles) : $"{stage.Title}: the sixteen steps");
        }

        if (plan.IsWhole)
        {
            yield return (WorkbookPlan.LogitsSheet, "a logit and a probability for every token");
        }

        foreach (WeightGroup group in plan.Weights)
        {
            yield return (group.Name, string.Join(" ", group.Matrices.Select(matrix => WeightDescription.Of(matrix.Name))));
        }

        if (plan.IsWhole && vocabulary is not null)
        {
            yield return (WorkbookPlan.VocabularySheet, "the tokens and their ids");
            yield return (WorkbookPlan.MergesSheet, "the merges of vocab.bpe");
        }
    }
}
