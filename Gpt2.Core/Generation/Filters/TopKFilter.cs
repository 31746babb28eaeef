// Top-k: only the k most probable tokens.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// Keeps the tokens with sᵢ ≥ the k-th largest score, including any ties with it (Fan et al., "Hierarchical Neural
/// Story Generation", section 5.4). If k is larger than the vocabulary, all tokens are kept.
/// </summary>
/// <param name="k">At least 1.</param>
internal sealed class TopKFilter(int k) : LogitsFilter
{
    public override string Name => "top-k";

    public override string Label => Invariant($"{Name} {k}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        distribution.DropBelow(distribution.Scores, distribution.ScoreAtPlace(Math.Min(k, distribution.Count)));
    }
}
