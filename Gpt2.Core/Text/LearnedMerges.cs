// What learning merges gave, and how it came to it, pass by pass: the data behind `gpt2 train-tokenizer --explain`.

namespace Gpt2.Core.Text;

/// <summary>The merges learned from a text.</summary>
/// <param name="Passes">One pass per merge, in order; pass p makes the token 256 + p.</param>
/// <param name="DifferentWords">Number of different words that were learned from.</param>
/// <param name="Words">Number of words that were learned from.</param>
public sealed record LearnedMerges(IReadOnlyList<LearningPass> Passes, int DifferentWords, long Words)
{
    /// <summary>The vocabulary that the merges define.</summary>
    public Vocabulary Vocabulary { get; } = new([.. Passes.Select(pass => pass.Merge)]);
}

/// <summary>One pass: the most frequent pair is joined wherever it stands.</summary>
/// <param name="Merge">The pair.</param>
/// <param name="Count">How often it stood in the text, weighted by how often each word occurs.</param>
/// <param name="Token">Id of the token it makes.</param>
/// <param name="Words">Ids of the different words after the pass, in their order; null unless they were asked for.</param>
public sealed record LearningPass(Merge Merge, long Count, int Token, IReadOnlyList<int[]>? Words);
