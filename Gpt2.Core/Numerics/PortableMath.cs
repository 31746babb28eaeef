// e^x and ln x from additions, multiplications and divisions alone. Math.Exp and Math.Log belong to the operating system, and their last
// digits differ from one to another; what is learned or made from a seed should be the same everywhere.

namespace Gpt2.Core.Numerics;

/// <summary>Functions whose results have the same bits on every machine.</summary>
internal static class PortableMath
{
    private const double Ln2 = 0.693147180559945309;
    private const double SmallestExponent = -700; // e^−700 is about 10⁻³⁰⁴

    /// <summary>
    /// e^x for x ≤ 700, with a relative error below 10⁻¹²; 0 below −700. With a whole number k and |r| ≤ ½ ln 2, x = k ln 2 + r, and
    /// e^x = 2^k · e^r, of which e^r is Taylor's series.
    /// </summary>
    public static double Exp(double x)
    {
        if (x < SmallestExponent)
        {
            return 0;
        }

        int k = (int)Math.Round(x / Ln2);
        double r = x - (k * Ln2), term = 1, sum = 1;
        for (int n = 1; n <= 16; n++)
        {
            term *= r / n;
            sum += term;
        }

        return Math.ScaleB(sum, k);
    }

    /// <summary>
    /// ln x for x > 0: for x from 1 to 4 it is 2 (y + y³/3 + y⁵/5 + …) with y = (x − 1) / (x + 1), with an error below 10⁻¹⁴; otherwise
    /// x = 2^k · m with m from 1 to 2, and ln x = k ln 2 + ln m. As Math.Log has it, −∞ for 0, ∞ for ∞, and NaN for what is below 0 or NaN.
    /// </summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        if (x is not (>= 1 and <= 4))
        {
            int k = Math.ILogB(x);
            return (k * Ln2) + Log(Math.ScaleB(x, -k));
        }

        double y = (x - 1) / (x + 1), power = y, sum = y;
        for (int n = 3; n <= 71; n += 2)
        {
            power *= y * y;
            sum += power / n;
        }

        return 2 * sum;
    }
}
