// Top-p, or nucleus sampling: the most probable tokens that together reach a share.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// Keeps tokens by falling probability, of equal ones the lower id first, while the sum before them is below p: the
/// token that crosses p is kept (Holtzman et al., "The Curious Case of Neural Text Degeneration", section 3.1).
/// </summary>
/// <param name="p">More than 0, less than 1.</param>
internal sealed class TopPFilter(double p) : LogitsFilter
{
    public override string Name => "top-p";

    public override string Label => Invariant($"{Name} {p}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        ReadOnlySpan<double> probabilities = distribution.Probabilities();
        double negligible = Negligible(probabilities);
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

    /// <summary>
    /// A probability below which no token is kept, so that those need not be ranked: the tokens above it reach p on
    /// their own.
    /// </summary>
    private double Negligible(ReadOnlySpan<double> probabilities)
    {
        const int Halvings = 64;
        const double Rounding = 1e-9; // more than the order of a summation changes
        double least = (1 - p) / probabilities.Length; // all tokens below this together have less than 1 - p
        Span<double> sums = stackalloc double[Halvings]; // of the probabilities from 1 to 1/2, from there to 1/4, …
        sums.Clear();
        foreach (double probability in probabilities)
        {
            if (probability >= least)
            {
                int exponent = (int)(BitConverter.DoubleToInt64Bits(probability) >> 52) - 1023; // 2^exponent is at most the probability
                sums[Math.Clamp(-exponent, 0, Halvings - 1)] += probability;
            }
        }

        double sum = 0;
        for (int halvings = 0; halvings < Halvings - 1; halvings++)
        {
            sum += sums[halvings];
            if (sum >= p + Rounding)
            {
                return Math.Max(least, Math.ScaleB(1, -halvings));
            }
        }

        return least;
    }
}
