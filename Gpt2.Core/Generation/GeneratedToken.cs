// One generated token as returned by the library.

using System.Diagnostics;

namespace Gpt2.Core.Generation;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The end-of-text token or a stop string was generated.</summary>
    Stop,

    /// <summary>The maximum number of tokens was generated.</summary>
    Length,
}

/// <summary>A generated token and the text that may be shown with it.</summary>
/// <param name="Id">The token; the last may be the end of text.</param>
/// <param name="Text">
/// The new text: never part of a character, and never what may still become a stop string, which waits for a later
/// token. All pieces together are the text of the completion, without the end of text and stop strings. Empty if the
/// model has no text.
/// </param>
/// <param name="LogProbability">
/// Natural logarithm of the model's own probability, before filters; its error is about 3e-6.
/// </param>
/// <param name="Rank">The rank of the token in the model's own distribution; 1 is the most probable.</param>
/// <param name="Alternatives">
/// The most probable tokens, as many as requested; this token too if it is among them.
/// </param>
/// <param name="Finish">Why this is the last token; null if it is not.</param>
[DebuggerDisplay("{Id} {Text}")]
public readonly record struct GeneratedToken(
    int Id, string Text, double LogProbability, int Rank, IReadOnlyList<TokenAlternative> Alternatives, FinishReason? Finish);
