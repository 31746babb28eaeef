// The error function in two ways that the product does not use: what its own is compared with.

namespace Gpt2.Tests.Kernels.Activation;

internal static class ErrorFunctionSums
{
    /// <summary>erf(z) = 2/√π · Σ (−1)ⁿ z²ⁿ⁺¹ / (n! (2n + 1)), for |z| below 2.</summary>
    public static double Series(double z)
    {
        double power = z, sum = 0;
        for (int n = 0; n < 60; n++)
        {
            sum += power / ((2 * n) + 1);
            power *= -z * z / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    /// <summary>1 − erf(z) = e^(−z²) / √π / (z + 1/2 / (z + 1 / (z + 3/2 / (z + …)))), for z from 2.</summary>
    public static double Complement(double z)
    {
        double fraction = z;
        for (int k = 200; k > 0; k--)
        {
            fraction = z + (k / 2.0 / fraction);
        }

        return Math.Exp(-z * z) / Math.Sqrt(Math.PI) / fraction;
    }
}
