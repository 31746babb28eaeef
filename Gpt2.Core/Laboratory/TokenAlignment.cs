// Which token of one prompt belongs to which of another.

namespace Gpt2.Core.Laboratory;

/// <summary>A token of one prompt and its counterpart in another; one of them may be missing.</summary>
/// <param name="First">The position in the first prompt; null if only the second has a token here.</param>
/// <param name="Second">The position in the second prompt; null if only the first has a token here.</param>
public readonly record struct TokenPair(int? First, int? Second)
{
    /// <summary>Whether there is a token on both sides.</summary>
    public bool IsComplete => First is not null && Second is not null;
}

/// <summary>
/// Two prompts token by token. What both begin with is paired, then what both end with. Of the tokens between, the first is paired with
/// the first, the second with the second, as far as both go; the others have no counterpart.
/// </summary>
public sealed class TokenAlignment
{
    private TokenAlignment(IReadOnlyList<TokenPair> pairs, int prefix, int suffix)
    {
        Pairs = pairs;
        Prefix = prefix;
        Suffix = suffix;
    }

    /// <summary>Every token of both prompts once, in the order of both.</summary>
    public IReadOnlyList<TokenPair> Pairs { get; }

    /// <summary>How many tokens both begin with.</summary>
    public int Prefix { get; }

    /// <summary>How many tokens both end with, those of <see cref="Prefix"/> not counted again.</summary>
    public int Suffix { get; }

    /// <summary>Aligns two lists of tokens. Each may be empty.</summary>
    public static TokenAlignment Of(IReadOnlyList<int> first, IReadOnlyList<int> second)
    {
        int shorter = Math.Min(first.Count, second.Count), longer = Math.Max(first.Count, second.Count), prefix = 0, suffix = 0;
        while (prefix < shorter && first[prefix] == second[prefix])
        {
            prefix++;
        }

        while (prefix + suffix < shorter && first[^(suffix + 1)] == second[^(suffix + 1)])
        {
            suffix++;
        }

        var pairs = new TokenPair[longer];
        for (int place = 0; place < longer; place++)
        {
            pairs[place] = place >= longer - suffix
                ? new TokenPair(place - longer + first.Count, place - longer + second.Count)
                : new TokenPair(
                    place < first.Count - suffix ? place : null,
                    place < second.Count - suffix ? place : null);
        }

        return new TokenAlignment(pairs, prefix, suffix);
    }
}
