// The result of learning merges, pass by pass: the data for `gpt2 train-tokenizer --explain`.

namespace Gpt2.Core.Text;

/// <summary>The merges learned from a text.</summary>
/// <param name="Passes">One pass per merge, in order; pass p makes the token 256 + p.</param>
/// <param name="DifferentWords">Number of different words in the text.</param>
/// <param name="Words">Number of words in the text.</param>
public sealed record LearnedMerges(IReadOnlyList<LearningPass> Passes, int DifferentWords, long Words)
{
    /// <summary>The vocabulary that the merges define.</summary>
    public Vocabulary Vocabulary { get; } = new([.. Passes.Select(pass => pass.Merge)]);
}

/// <summary>One pass: the most frequent pair is joined wherever it occurs.</summary>
/// <param name="Merge">The pair.</param>
/// <param name="Count">Number of its occurrences in the text.</param>
/// <param name="Token">Id of the token it makes.</param>
/// <param name="Words">Ids of the different words after the pass, in their order; null unless requested.</param>
public sealed record LearningPass(Merge Merge, long Count, int Token, IReadOnlyList<int[]>? Words);
