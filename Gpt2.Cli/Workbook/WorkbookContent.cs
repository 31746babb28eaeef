// What a workbook is made of, as one argument for all that writes a part of it. How a token is shown is passed in, since the code of the command
// line has it, of which the workbook knows nothing.

using Gpt2.Core.Explaining;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook;

/// <summary>The content of a workbook.</summary>
/// <param name="Plan">Where everything is.</param>
/// <param name="Pass">The pass for the prompt with which the workbook begins.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Vocabulary">The vocabulary; null if the model has no text.</param>
/// <param name="TokenLabel">A token as it is shown.</param>
internal sealed record WorkbookContent(
    WorkbookPlan Plan, PassExplanation Pass, string Model, Vocabulary? Vocabulary, Func<int, string> TokenLabel)
{
    /// <summary>The ids of the prompt with which the workbook begins.</summary>
    public IReadOnlyList<int> Prompt => Pass.Trace.Ids;
}
