// No-repeat-ngram: no sequence of n tokens occurs twice.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// Drops every token that would complete a sequence of n tokens already in prompt and output (Paulus et al., "A Deep
/// Reinforced Model for Abstractive Summarization", section 2.5); n = 1 drops every token that has occurred. If this
/// would drop all tokens, none is dropped.
/// </summary>
/// <param name="n">Length of the sequences, at least 1.</param>
internal sealed class NoRepeatNgramFilter(int n) : LogitsFilter
{
    public override string Name => "no-repeat-ngram";

    public override string Label => Invariant($"{Name} {n}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        for (int start = 0; start + n <= ids.Length; start++)
        {
            if (Bans(ids, start))
            {
                distribution.Drop(ids[start + n - 1]);
            }
        }

        if (distribution.Kept == 0)
        {
            distribution.Restore();
        }
    }

    /// <summary>Whether the n − 1 tokens from <paramref name="start"/> on equal the last n − 1.</summary>
    internal bool Bans(ReadOnlySpan<int> ids, int start) => ids.Slice(start, n - 1).SequenceEqual(ids[(ids.Length - n + 1)..]);
}
