// A candidate for the next token as the library hands it out.

namespace Gpt2.Core.Generation;

/// <summary>A token that may come next.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">Its text, in which half a character is U+FFFD; null where the model has no vocabulary.</param>
/// <param name="Logit">The model's score of it.</param>
/// <param name="Probability">The softmax of all scores.</param>
public readonly record struct NextToken(int Id, string? Text, float Logit, float Probability);
