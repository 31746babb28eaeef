// Which merges made a token of a prompt: those of the word that it belongs to.

using Gpt2.Core.Text;

namespace Gpt2.Cli.Explore;

internal static class TokenMerges
{
    /// <summary>The word that a token of a text belongs to.</summary>
    /// <param name="tokenizer">The tokenizer that made the tokens.</param>
    /// <param name="text">The text.</param>
    /// <param name="token">Which of its tokens, from 0.</param>
    /// <returns>The word, and which of the text's tokens is its first; null if the text has no such token.</returns>
    public static (WordExplanation Word, int First)? Of(Tokenizer tokenizer, string text, int token)
    {
        int first = 0;
        foreach (WordExplanation word in tokenizer.Explain(text))
        {
            if (token < first + word.Ids.Count)
            {
                return (word, first);
            }

            first += word.Ids.Count;
        }

        return null;
    }
}
