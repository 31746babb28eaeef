// Min-p: a threshold relative to the most probable token.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// Keeps the tokens with pᵢ ≥ m · max p (Nguyen et al., "Turning Up the Heat: Min-p Sampling", section 3). The
/// threshold is a share of the largest probability, so it is the same before and after other tokens are dropped.
/// </summary>
/// <param name="share">m, more than 0, at most 1.</param>
internal sealed class MinPFilter(double share) : LogitsFilter
{
    public override string Name => "min-p";

    public override string Label => Invariant($"{Name} {share}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        ReadOnlySpan<double> probabilities = distribution.Probabilities();
        distribution.DropBelow(probabilities, share * probabilities[distribution.Best()]);
    }
}
