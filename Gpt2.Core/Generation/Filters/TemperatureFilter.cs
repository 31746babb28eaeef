// Temperature: makes a distribution sharper or flatter.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// s'ᵢ = (sᵢ − max s) / T: below 1 sharper, above 1 flatter. The subtraction does not change the distribution and keeps
/// extreme temperatures finite. T = 0 keeps only the most probable token, of equal ones the lowest id: this is greedy
/// choice.
/// </summary>
/// <param name="temperature">T, at least 0.</param>
internal sealed class TemperatureFilter(double temperature) : LogitsFilter
{
    public override string Name => "temperature";

    public override string Label => Invariant($"{Name} {temperature}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        int best = distribution.Best();
        if (temperature == 0)
        {
            distribution.DropAllBut(best);
            return;
        }

        distribution.Rescale(distribution.Scores[best], temperature);
    }
}
