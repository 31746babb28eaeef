// The logistic function and its logarithm without overflow and without loss of small values.

namespace Gpt2.Core.PostTraining;

/// <summary>σ(x) = 1 / (1 + e^−x) in double precision.</summary>
internal static class Logistic
{
    /// <summary>σ(x); no exponent is above 0.</summary>
    public static double Sigmoid(double x)
    {
        double exponential = Math.Exp(-Math.Abs(x));
        return (x >= 0 ? 1 : exponential) / (1 + exponential);
    }

    /// <summary>−ln σ(x) = ln(1 + e^−x), which is softplus(−x): max(−x, 0) + ln(1 + e^−|x|).</summary>
    public static double MinusLogSigmoid(double x) => Math.Max(-x, 0) + LogOfOnePlus(Math.Exp(-Math.Abs(x)));

    /// <summary>
    /// ln(1 + x) for 0 ≤ x ≤ 1, also where 1 + x has lost digits of x: the quotient makes up for them
    /// (Goldberg, "What Every Computer Scientist Should Know About Floating-Point Arithmetic", theorem 4).
    /// </summary>
    private static double LogOfOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : x * Math.Log(sum) / (sum - 1);
    }
}
