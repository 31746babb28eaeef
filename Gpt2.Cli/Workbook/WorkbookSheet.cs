// Which sheets a workbook has, in their order: those of a whole model, from the prompt to the prediction, or those of some blocks.

using Gpt2.Core.Explaining;
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
    /// <param name="plan">Where everything is.</param>
    /// <param name="pass">The pass for the prompt with which the workbook begins.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="vocabulary">The vocabulary; null if the model has no text.</param>
    /// <param name="tokenLabel">A token as it is shown.</param>
    public static WorkbookSheet[] AllOf(
        WorkbookPlan plan, PassExplanation pass, string model, Vocabulary? vocabulary, Func<int, string> tokenLabel)
    {
        var stages = new StageSheets(plan, pass, tokenLabel);
        IEnumerable<WorkbookSheet> ofStages = plan.Stages.Select(
            stage => new WorkbookSheet(stage.Name, stage.Words, StageSheets.Look, sheet => stages.Write(stage, sheet)));
        IEnumerable<WorkbookSheet> ofWeights = plan.Weights.Select(
            group => new WorkbookSheet(group.Name, group.Words, WeightSheet.Look, sheet => WeightSheet.Write(group, pass, tokenLabel, sheet)));
        if (!plan.IsWhole)
        {
            WorkbookSheet[] others = [.. ofStages, .. ofWeights];
            return [First(StartLayout.Look, sheet => BlocksStartSheet.Write(plan, model, pass.Trace.Ids, tokenLabel, others, sheet)), .. others];
        }

        var start = new StartSheet(plan, pass, vocabulary, tokenLabel);
        var logits = new WorkbookSheet(
            WorkbookPlan.LogitsSheet, "a logit and a probability for every token", LogitsSheet.Look,
            sheet => LogitsSheet.Write(plan, pass, tokenLabel, sheet));
        WorkbookSheet[] ofText = vocabulary is null ? [] :
        [
            new(WorkbookPlan.TokenizeSheet, "from what you type to tokens, pass by pass", TokenizeSheet.Look,
                sheet => new TokenizeSheet(plan, vocabulary).Write(start.Typed(), sheet)),
            new(WorkbookPlan.VocabularySheet, "the tokens and their ids", VocabularySheets.Look,
                sheet => VocabularySheets.WriteTokens(vocabulary, tokenLabel, sheet)),
            new(WorkbookPlan.MergesSheet, "the merges of vocab.bpe", VocabularySheets.Look,
                sheet => VocabularySheets.WriteMerges(vocabulary, sheet)),
        ];
        WorkbookSheet[] all = [.. ofText.Take(1), .. ofStages, logits, .. ofWeights, .. ofText.Skip(1)];
        SheetLook look = StartLayout.Look with { Selected = Reference.Local(plan.Typed.RowAt(0)) };
        return [First(look, sheet => start.Write(model, all, sheet)), .. all];
    }

    private static WorkbookSheet First(SheetLook look, Action<SheetWriter> write) => new(WorkbookPlan.StartSheet, "this list", look, write);
}
