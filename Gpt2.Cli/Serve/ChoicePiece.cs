// Every step of a request makes a piece of one of its completions.

using Gpt2.Core.Generation;

namespace Gpt2.Cli.Serve;

/// <summary>A piece of a completion.</summary>
/// <param name="Index">Which completion: prompt × n + sample.</param>
/// <param name="Text">The new part of its text.</param>
/// <param name="Tokens">
/// If log-probabilities are requested, the new tokens: those that begin in the text so far.
/// </param>
/// <param name="Generated">How many tokens were generated for it, including those that are not shown.</param>
/// <param name="Finish">Why this piece is the last; null if it is not.</param>
internal readonly record struct ChoicePiece(
    int Index, string Text, IReadOnlyList<TokenDetail> Tokens, int Generated, FinishReason? Finish)
{
    /// <summary>Whether there is nothing to send to a client yet.</summary>
    public bool IsSilent => Text.Length == 0 && Tokens.Count == 0 && Finish is null;
}

/// <summary>A token of a text.</summary>
/// <param name="Id">The token.</param>
/// <param name="Offset">Where it begins in the text, in Unicode code points.</param>
/// <param name="LogProbability">
/// Natural logarithm of the model's probability; null for the first token of a prompt, which nothing precedes.
/// </param>
/// <param name="Alternatives">The most probable tokens in its place; null if it has no probability.</param>
internal readonly record struct TokenDetail(int Id, int Offset, double? LogProbability, IReadOnlyList<TokenAlternative>? Alternatives);
