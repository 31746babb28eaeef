// What a beam search found.

namespace Gpt2.Core.Generation.Beams;

/// <summary>A text that beam search found.</summary>
/// <param name="Ids">The generated tokens, the end of text included where it came to that.</param>
/// <param name="SumLogProbability">Sum of their log-probabilities.</param>
/// <param name="Score">That sum / (number of tokens)^length penalty.</param>
/// <param name="Finish">Whether it came to the end of text.</param>
/// <param name="Leaf">Its last token in the tree.</param>
public sealed record BeamHypothesis(int[] Ids, double SumLogProbability, double Score, FinishReason Finish, BeamNode Leaf);

/// <summary>The outcome of a beam search.</summary>
/// <param name="Hypotheses">The best texts, best first: as many as were wanted, fewer where there are no more.</param>
/// <param name="Tree">The prompt's end, from which all branches go out.</param>
/// <param name="Candidates">How many branches the search compared: beams × vocabulary, over all steps.</param>
public sealed record BeamResult(IReadOnlyList<BeamHypothesis> Hypotheses, BeamNode Tree, long Candidates);
