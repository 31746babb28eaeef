// Which sheets a workbook has, in their order: those of a whole model, from the prompt to the prediction, or those of some blocks.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Start;
using Gpt2.Cli.Workbook.Tokenize;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook;

/// <summary>A sheet of the workbook.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Words">What it is, for the list in the first sheet.</param>
/// <param name="Look">How it looks.</param>
/// <param name="Write">Writes it.</param>
internal sealed record WorkbookSheet(string Name, string Words, SheetLook Look, Action<SheetWriter> Write)
{
    /// <summary>The sheets of a workbook, in their order.</summary>
    public static WorkbookSheet[] AllOf(WorkbookContent content)
    {
        WorkbookPlan plan = content.Plan;
        var stages = new StageSheets(content);
        IEnumerable<WorkbookSheet> ofStages = plan.Stages.Select(
            stage => new WorkbookSheet(stage.Name, stage.Words, StageSheets.Look, sheet => stages.Write(stage, sheet)));
        IEnumerable<WorkbookSheet> ofWeights = plan.Weights.Select(
            group => new WorkbookSheet(group.Name, group.Words, WeightSheet.Look, sheet => WeightSheet.Write(group, content, sheet)));
        if (!plan.IsWholeModel)
        {
            WorkbookSheet[] others = [.. ofStages, .. ofWeights];
            return [First(StartLayout.Look, sheet => BlocksStartSheet.Write(content, others, sheet)), .. others];
        }

        var start = new StartSheet(content);
        var logits = new WorkbookSheet(
            WorkbookPlan.LogitsSheet, "a logit and a probability for every token", LogitsSheet.Look,
            sheet => LogitsSheet.Write(content, sheet));
        WorkbookSheet[] ofText = content.Vocabulary is not Vocabulary vocabulary ? [] :
        [
            new(WorkbookPlan.TokenizeSheet, "from what you type to tokens, pass by pass", TokenizeSheet.Look,
                sheet => new TokenizeSheet(plan, vocabulary).Write(start.Typed(), sheet)),
            new(WorkbookPlan.VocabularySheet, "the tokens and their ids", VocabularySheets.Look,
                sheet => VocabularySheets.WriteTokens(vocabulary, content.TokenLabel, sheet)),
            new(WorkbookPlan.MergesSheet, "the merges of vocab.bpe", VocabularySheets.Look,
                sheet => VocabularySheets.WriteMerges(vocabulary, sheet)),
        ];
        WorkbookSheet[] all = [.. ofText.Take(1), .. ofStages, logits, .. ofWeights, .. ofText.Skip(1)];
        SheetLook look = StartLayout.Look with { Selected = Reference.Local(plan.Typed.RowAt(0)) };
        return [First(look, sheet => start.Write(all, sheet)), .. all];
    }

    private static WorkbookSheet First(SheetLook look, Action<SheetWriter> write) => new(WorkbookPlan.StartSheet, "this list", look, write);
}
