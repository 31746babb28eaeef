// What the debugger shows beside the rows of a matrix: the texts of the tokens. A pass knows ids only; whoever sets a breakpoint knows the
// vocabulary. Without a breakpoint there are no labels, and nothing is copied.

using System.Diagnostics;

namespace Gpt2.Core.Model;

/// <summary>The tokens of a pass as texts.</summary>
/// <param name="shown">An id as a person reads it, such as " quick" in quotation marks.</param>
internal sealed class TokenLabels(Func<int, string> shown)
{
    private int[] ids = [];

    /// <summary>Takes the ids of a pass, one for each row.</summary>
    [DebuggerStepThrough]
    public void Begin(ReadOnlySpan<int> rows) => ids = rows.ToArray();

    /// <summary>The token of a row; null if the pass has no such row.</summary>
    public string? Of(int row) => row < ids.Length ? shown(ids[row]) : null;
}
