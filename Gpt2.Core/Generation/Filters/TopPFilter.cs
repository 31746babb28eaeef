// Top-p, or nucleus: the most probable tokens that together reach a share.

namespace Gpt2.Core.Generation;

/// <summary>
/// Keeps tokens by falling probability, of equal ones the lower id first, while the sum before them is below p: the token that crosses p
/// is kept (Holtzman et al., "The Curious Case of Neural Text Degeneration", section 3.1).
/// </summary>
/// <param name="p">More than 0, less than 1.</param>
public sealed class TopPFilter(double p) : LogitsFilter
{
    public override string Name => "top-p";

    public override string Label => FormattableString.Invariant($"{Name} {p}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        // All tokens below this together have less than 1 - p, so the sum reaches p before them: no need to rank them.
        double negligible = (1 - p) / distribution.Count;
        ReadOnlySpan<double> probabilities = distribution.Probabilities();
        ReadOnlySpan<TokenDistribution.Ranked> ranked = distribution.RankedFrom(negligible);
        double sum = 0;
        int kept = 0;
        while (kept < ranked.Length && sum < p)
        {
            sum += probabilities[ranked[kept++].Id];
        }

        distribution.DropBelow(probabilities, negligible);
        foreach (TokenDistribution.Ranked token in ranked[kept..])
        {
            distribution.Drop(token.Id);
        }
    }
}
