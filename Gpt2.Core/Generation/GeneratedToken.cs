// One generated token as the library hands it out.

namespace Gpt2.Core.Generation;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The end-of-text token or a stop string was generated.</summary>
    Stop,

    /// <summary>The maximum number of tokens wanted were generated.</summary>
    Length,
}

/// <summary>A generated token and what may be shown of the text with it.</summary>
/// <param name="Id">The token; the last may be the end of text.</param>
/// <param name="Text">
/// What is new of the text: never half a character, and never what may still become a stop string, which waits for a later token. All
/// pieces together are the completion's text; the end of text and stop strings are no part of it. Empty where the model has no text.
/// </param>
/// <param name="LogProbability">Natural logarithm of the model's own probability, before filters, off by some 3e-6.</param>
/// <param name="Rank">The token's place in the model's own distribution; 1 is the most probable.</param>
/// <param name="Alternatives">The most probable tokens, as many as were asked for, this one included if it is among them.</param>
/// <param name="Finish">Why this is the last token; null where it is not.</param>
public readonly record struct GeneratedToken(
    int Id, string Text, double LogProbability, int Rank, IReadOnlyList<TokenAlternative> Alternatives, FinishReason? Finish);
