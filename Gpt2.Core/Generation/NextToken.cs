// A candidate for the next token as returned by the library.

using System.Diagnostics;

namespace Gpt2.Core.Generation;

/// <summary>A token that may come next.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">Its text, in which part of a character is U+FFFD; null if the model has no vocabulary.</param>
/// <param name="Logit">The model's logit.</param>
/// <param name="Probability">The softmax of the logits.</param>
[DebuggerDisplay("{Id} {Text}, p = {Probability}")]
public readonly record struct NextToken(int Id, string? Text, float Logit, float Probability);
