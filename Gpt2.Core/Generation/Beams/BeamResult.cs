// The result of a beam search.

namespace Gpt2.Core.Generation.Beams;

/// <summary>A text that beam search found.</summary>
/// <param name="Ids">The generated tokens, including the end of text if it was generated.</param>
/// <param name="SumLogProbability">Sum of their log-probabilities.</param>
/// <param name="Score">That sum / (number of tokens)^length penalty.</param>
/// <param name="Finish">Whether the end of text was generated.</param>
/// <param name="Leaf">Its last token in the tree.</param>
public sealed record BeamHypothesis(int[] Ids, double SumLogProbability, double Score, FinishReason Finish, BeamNode Leaf);

/// <summary>The outcome of a beam search.</summary>
/// <param name="Hypotheses">The best texts, best first: as many as wanted, or fewer if there are no more.</param>
/// <param name="Tree">The end of the prompt, from which all branches start.</param>
/// <param name="Candidates">Number of branches that the search compared: beams × vocabulary, over all steps.</param>
public sealed record BeamResult(IReadOnlyList<BeamHypothesis> Hypotheses, BeamNode Tree, long Candidates);
