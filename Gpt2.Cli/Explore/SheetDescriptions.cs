// What the page says about a sheet: a title and one sentence. Those of the pass are MatrixDescription's, and the sentences of
// the weights are WeightDescription's.

using Gpt2.Core.Explaining;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>A title, and a sentence that says what the numbers are.</summary>
internal sealed record SheetDescription(string Title, string Sentence);

internal static class SheetDescriptions
{
    /// <summary>What a sheet is called, and what is in it.</summary>
    public static SheetDescription Of(Sheet sheet) => sheet.Description switch
    {
        { Step: int step } matrix => new SheetDescription(Invariant($"block {matrix.Block}, step {step}: {matrix.Title}"), matrix.Words),
        MatrixDescription matrix => new SheetDescription(matrix.Title, matrix.Words),
        null => OfWeight(sheet.Key),
    };

    private static SheetDescription OfWeight(SheetKey key)
    {
        string name = WeightDescription.InItsBlock(key.Matrix);
        string title = key.Block is null ? name : Invariant($"block {key.Block}, weight {name}");
        return new SheetDescription(title, WeightDescription.Of(key.Matrix));
    }
}
