// The formulas of the first sheet of a whole model: from what is typed to the tokens of the prompt, and from the logits to what comes next.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Tokenize;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Start;

/// <summary>Writes the formulas.</summary>
/// <param name="plan">Where everything is.</param>
/// <param name="vocabulary">The vocabulary; null if the model has no text.</param>
internal sealed class StartFormulas(WorkbookPlan plan, Vocabulary? vocabulary)
{
    private readonly TokenizeLayout? tokenize = vocabulary is null ? null : new(plan.Length);

    private CellRange Meanings => plan.Typed with { Column = StartLayout.MeaningColumn };

    /// <summary>The line about the next token, or about what is wrong.</summary>
    public string Answer()
    {
        string token = Cell(0, StartLayout.NextColumn), probability = Cell(0, StartLayout.ProbabilityColumn);
        return $"IF({WrongCells()}>0,\"{FormulaText.Wrong} see the red message below\","
            + Invariant($"IF({Total()}>{plan.Length},\"{FormulaText.Wrong} \"&{Total()}&\" tokens, at most {plan.Length}\",")
            + $"IF({WorkbookPlan.Count}=0,\"Type a prompt\",\"The next token is \"&{token}&\", \"&ROUND(100*{probability},1)&\" %\")))";
    }

    /// <summary>The number of tokens; 0 if something typed is wrong or the prompt is too long, so that no half of it is computed.</summary>
    public string Count() => Invariant($"IF(OR({WrongCells()}>0,{Total()}>{plan.Length}),0,{Total()})");

    /// <summary>What a typed cell has, in words.</summary>
    public string Meaning(int i)
    {
        if (tokenize is not null)
        {
            return From(tokenize.Meanings.RowAt(i));
        }

        string typed = Reference.Local(plan.Typed.RowAt(i));
        string meaning = FormulaText.MeaningOfNumber(typed, plan.Config.Vocabulary, $"\"{FormulaText.Wrong} not a number\"");
        if (i > 0)
        {
            meaning = $"IF({Reference.Local(plan.Typed.RowAt(i - 1))}=\"\",\"{FormulaText.Wrong} a cell above is empty\",{meaning})";
        }

        return FormulaText.MeaningOf(typed, meaning);
    }

    /// <summary>The id of a position of the prompt: of the typed text that reaches it, the token in question.</summary>
    public string Id(int position)
    {
        string id = Reference.Local(plan.Typed.RowAt(position));
        if (tokenize is not null)
        {
            string offsets = From(tokenize.Offsets, Absolute.Both), ids = From(tokenize.Ids, Absolute.Both);
            string text = Invariant($"MATCH({position},{offsets},1)");
            id = Invariant($"INDEX({ids},{text},{position}-INDEX({offsets},{text})+1)");
        }

        return Invariant($"IF({position}>={WorkbookPlan.Count},\"\",{id})");
    }

    /// <summary>The token of a position.</summary>
    public string Token(int position) => LabelOf(Cell(position, StartLayout.IdColumn));

    /// <summary>The k-th of the most probable tokens.</summary>
    public string NextToken(int k) => LabelOf(Cell(k, StartLayout.NextIdColumn));

    public string NextProbability(int k)
    {
        string id = Cell(k, StartLayout.NextIdColumn);
        return FormulaText.UnlessEmpty(id, $"INDEX({From(plan.RangeOf("probabilities"), Absolute.Both)},{id}+1)");
    }

    public string NextLogit(int k) => FormulaText.IfThereIsAPrompt(Invariant($"LARGE({Logits()},{k + 1})"));

    public string NextId(int k)
    {
        string logit = Cell(k, StartLayout.LogitColumn), id = $"MATCH({logit},{Logits()},0)-1";
        if (k > 0)
        {
            // Equal logits: search on after the one above.
            string idAbove = Cell(k - 1, StartLayout.NextIdColumn), logitAbove = Cell(k - 1, StartLayout.LogitColumn);
            string rest = Invariant($"INDEX({Logits()},{idAbove}+2):INDEX({Logits()},{plan.Config.Vocabulary})");
            id = $"IF({logit}={logitAbove},{idAbove}+MATCH({logit},{rest},0),{id})";
        }

        return FormulaText.IfThereIsAPrompt(id);
    }

    private string WrongCells() => $"SUMPRODUCT(--({FormulaText.IsWrong(Reference.Local(Meanings, Absolute.Both))}))";

    /// <summary>The number of tokens that are typed.</summary>
    private string Total() => tokenize is null
        ? $"COUNT({Reference.Local(plan.Typed, Absolute.Both)})"
        : $"SUM({From(tokenize.Counts, Absolute.Both)})";

    /// <summary>The token of an id in a cell, from the sheet that lists all of them.</summary>
    private string LabelOf(string id)
    {
        CellRange tokens = plan.RangeOf("logits") with { Column = WorkbookPlan.TokenColumn };
        return FormulaText.UnlessEmpty(id, $"INDEX({From(tokens, Absolute.Both)},{id}+1)");
    }

    private string Logits() => From(plan.RangeOf("logits"), Absolute.Both);

    private static string From(CellRange range, Absolute absolute = Absolute.Neither) =>
        Reference.From(WorkbookPlan.StartSheet, range, absolute);

    private static string Cell(int row, int column) => Reference.Cell(StartLayout.FirstRow + row, column);
}
