// Unigram, bigram and trigram models over token ids: what counting alone predicts, and thus what a trained model has to
// beat. NgramCounts does the counting.

namespace Gpt2.Core.Evaluation;

/// <summary>
/// Interpolated Kneser-Ney smoothing (Kneser and Ney, "Improved backing-off for m-gram language modeling", 1995, in the
/// interpolated form of Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998,
/// section 2.7), with one discount D per order. For a context h and h′, h without its first token:
/// <code>
/// p(w|h) = max(c(hw) − D, 0) / c(h) + D · T(h) / c(h) · p(w|h′)      c(h) = Σ c(hw), T(h) = different w after h
/// p(w)   = max(c(w) − D, 0) / N + D · T / N / vocabulary              N = Σ c(w), T = different tokens
/// </code>
/// At the highest order c counts how often hw occurs; below it, how many different tokens come before hw, since p(w|h′)
/// is needed where hw is rare. A context that never occurs uses the shorter one: p(w|h) = p(w|h′). Every token has a
/// probability above 0. Immutable, safe to share.
/// </summary>
internal sealed class NgramBaseline
{
    /// <summary>The longest n-grams: trigrams.</summary>
    public const int LargestOrder = 3;

    private readonly int vocabulary;
    private readonly NgramCounts[] counts; // [order − 1]

    private NgramBaseline(int vocabulary, NgramCounts[] counts)
    {
        this.vocabulary = vocabulary;
        this.counts = counts;
    }

    /// <summary>Tokens of the longest n-grams: 1 for unigrams, 2 for bigrams, 3 for trigrams.</summary>
    public int Order => counts.Length;

    /// <summary>Counts a text.</summary>
    /// <param name="ids">The text to learn from, at least <paramref name="order"/> tokens.</param>
    /// <param name="vocabulary">Number of tokens in the vocabulary, at most 2²¹.</param>
    /// <param name="order">1, 2 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">Order or vocabulary is out of range.</exception>
    /// <exception cref="Gpt2Exception">There are too few ids, or one is outside the vocabulary.</exception>
    public static NgramBaseline Train(ReadOnlySpan<int> ids, int vocabulary, int order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, LargestOrder);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, 1 << NgramCounts.BitsPerToken);
        Check(ids, vocabulary);
        if (ids.Length < order)
        {
            throw new Gpt2Exception($"the text has {Plural.Of(ids.Length, "token")}") { Expected = $"at least {order} to count n-grams of {order}" };
        }

        var counts = new NgramCounts[order];
        for (int length = 1; length <= order; length++)
        {
            counts[length - 1] = length == order ? NgramCounts.OfOccurrences(ids, length) : NgramCounts.OfPrecedingTokens(ids, length);
        }

        return new NgramBaseline(vocabulary, counts);
    }

    /// <summary>p(token | context).</summary>
    /// <param name="context">
    /// The previous tokens; the last order − 1 of them are used, or all if there are fewer.
    /// </param>
    /// <param name="token">The token that may follow.</param>
    /// <returns>Above 0; over all tokens of the vocabulary the sum is 1.</returns>
    /// <exception cref="Gpt2Exception">An id is outside the vocabulary.</exception>
    public double Probability(ReadOnlySpan<int> context, int token)
    {
        ReadOnlySpan<int> used = context[Math.Max(0, context.Length - (Order - 1))..];
        Check(used, vocabulary);
        Check([token], vocabulary);

        double probability = 1.0 / vocabulary;
        for (int length = 0; length <= used.Length; length++)
        {
            probability = counts[length].Interpolate(used[^length..], token, probability);
        }

        return probability;
    }

    /// <summary>
    /// The mean loss in nats of every token but the first: the same tokens that a model is scored on.
    /// </summary>
    /// <param name="ids">The text to predict, at least two tokens.</param>
    /// <exception cref="Gpt2Exception">There are fewer, or an id is outside the vocabulary.</exception>
    public double MeanLoss(ReadOnlySpan<int> ids)
    {
        if (ids.Length < 2)
        {
            throw new Gpt2Exception($"the text has {Plural.Of(ids.Length, "token")}") { Expected = "at least 2, since the first one is not scored" };
        }

        double total = 0;
        for (int i = 1; i < ids.Length; i++)
        {
            total += CrossEntropy.OfProbability(Math.Min(1, Probability(ids[..i], ids[i]))); // 1 + rounding is 1
        }

        return total / (ids.Length - 1);
    }

    private static void Check(ReadOnlySpan<int> ids, int vocabulary)
    {
        foreach (int id in ids)
        {
            if (id < 0 || id >= vocabulary)
            {
                throw new Gpt2Exception($"token id {id} is outside the vocabulary") { Expected = $"0 to {vocabulary - 1}" };
            }
        }
    }
}
