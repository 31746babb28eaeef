// Losses to compare a loss with: that of guessing, and that of knowing only how often each token occurs. A model that
// has learned something about a text is below both.

namespace Gpt2.Core.Evaluation;

/// <summary>Losses in nats per token that need no model.</summary>
/// <param name="Tokens">Number of tokens in the text that are counted.</param>
/// <param name="DifferentTokens">Number of different tokens.</param>
/// <param name="Uniform">The loss if all tokens of the vocabulary are equally probable: ln vocabulary.</param>
/// <param name="Unigram">
/// The entropy of the text's own tokens, −Σ p ln p with p a token's share of the text: the best that a model without
/// context can reach, since it would have to know these shares beforehand.
/// </param>
internal readonly record struct Yardsticks(int Tokens, int DifferentTokens, double Uniform, double Unigram)
{
    /// <summary>
    /// From this many tokens per different token on, the shares describe the text and not chance: the entropy of counts
    /// is about (different − 1) / (2 · tokens) too low (Miller, "Note on the bias of information estimates", 1955),
    /// here less than 0.05.
    /// </summary>
    private const int EnoughPerToken = 10;

    /// <summary>Counts a text.</summary>
    /// <param name="ids">The tokens to predict, at least one.</param>
    /// <param name="vocabulary">Number of tokens in the vocabulary.</param>
    public static Yardsticks Of(ReadOnlySpan<int> ids, int vocabulary)
    {
        var counts = new Dictionary<int, int>();
        foreach (int id in ids)
        {
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }

        double entropy = 0;
        foreach (int count in counts.Values)
        {
            double share = (double)count / ids.Length;
            entropy -= share * Math.Log(share);
        }

        return new Yardsticks(ids.Length, counts.Count, Math.Log(vocabulary), Math.Max(0, entropy)); // not −0
    }

    /// <summary>Whether a model with this loss is no better than guessing.</summary>
    public bool IsWorseThanGuessing(double loss) => !(loss < Uniform);

    /// <summary>The same compared with the shares of the tokens; false if the text is too short to tell.</summary>
    public bool IsWorseThanCounting(double loss) => Tokens >= (long)EnoughPerToken * DifferentTokens && !(loss < Unigram);
}
