// A completion of a language model, seen as a path: the tokens are its moves, and the reward comes at the end.

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>A path of text.</summary>
/// <param name="Tokens">The tokens after the prompt, as shown to a reader.</param>
/// <param name="Reward">What the whole text is worth.</param>
/// <param name="Advantage">Its advantage among the texts of its group.</param>
internal sealed record CompletionPath(IReadOnlyList<string> Tokens, double Reward, double Advantage);

/// <summary>A group of them.</summary>
/// <param name="Model">The model that wrote them: the policy.</param>
/// <param name="Prompt">Where they begin.</param>
/// <param name="Judge">What gives the rewards.</param>
/// <param name="Paths">The paths.</param>
internal sealed record CompletionGroup(string Model, string Prompt, string Judge, IReadOnlyList<CompletionPath> Paths);
