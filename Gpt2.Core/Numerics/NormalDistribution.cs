// The normal distribution, which .NET does not have.

namespace Gpt2.Core.Numerics;

/// <summary>The normal distribution with mean 0 and standard deviation 1.</summary>
internal static class NormalDistribution
{
    private const double Far = 8; // beyond it, less than 10⁻¹⁵ is left

    /// <summary>Φ(x): the probability of at most x.</summary>
    /// <remarks>½ + φ(x) · (x + x³/3 + x⁵/(3·5) + …): G. Marsaglia, "Evaluating the Normal Distribution", 2004.</remarks>
    public static double Cumulative(double x)
    {
        if (Math.Abs(x) > Far)
        {
            return x > 0 ? 1 : 0;
        }

        double term = x, sum = x;
        for (int n = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); n += 2)
        {
            term *= x * x / n;
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));
    }
}
