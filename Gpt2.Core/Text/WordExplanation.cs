// How a word became tokens, pass by pass: the data for `gpt2 tokenize --merges`.

namespace Gpt2.Core.Text;

/// <summary>The merges of one word.</summary>
/// <param name="Word">The word as it is in the text, including a leading space.</param>
/// <param name="Bytes">Ids of its bytes, with which merging starts; of an added token, its id.</param>
/// <param name="Passes">The merges in order; the tokens of the last pass are the word's tokens.</param>
public sealed record WordExplanation(string Word, IReadOnlyList<int> Bytes, IReadOnlyList<MergePass> Passes)
{
    /// <summary>The word's token ids.</summary>
    public IReadOnlyList<int> Ids => Passes.Count == 0 ? Bytes : Passes[^1].Ids;
}

/// <summary>One pass: every occurrence of one pair is joined.</summary>
/// <param name="Rank">Rank of the merge in vocab.bpe, from 0.</param>
/// <param name="Merge">The pair.</param>
/// <param name="Ids">The word after the pass.</param>
public sealed record MergePass(int Rank, Merge Merge, IReadOnlyList<int> Ids);
