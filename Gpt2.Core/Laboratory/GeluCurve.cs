// ReLU and GELU side by side: what the activation of the small networks has to do with GPT-2's.

using Gpt2.Kernels;

namespace Gpt2.Core.Laboratory;

/// <summary>The activations at a place.</summary>
/// <param name="X">The place.</param>
/// <param name="Relu">max(0, x).</param>
/// <param name="Exact">GELU itself, x · Φ(x), with Φ the share of a standard normal distribution that is below x.</param>
/// <param name="Tanh">GPT-2's formula, as the kernel computes it, in single precision.</param>
/// <param name="Slope">The derivative of GPT-2's formula, as the kernel's backward pass computes it.</param>
internal readonly record struct ActivationPoint(double X, double Relu, double Exact, float Tanh, float Slope)
{
    /// <summary>The derivative of ReLU; at 0, where there is none, it is taken as 0.</summary>
    public double ReluSlope => X > 0 ? 1 : 0;
}

/// <summary>Computes activations.</summary>
internal static class GeluCurve
{
    /// <summary>From here on, Φ(x) in double precision is that of the continued fraction; below, that of the series.</summary>
    private const double SeriesUpTo = 3;

    /// <summary>The activations at some places, with the kernels' own definition of GELU, the Scalar rung.</summary>
    public static IReadOnlyList<ActivationPoint> At(params IReadOnlyList<double> places)
    {
        KernelSet kernels = KernelSet.Create(KernelRung.Scalar);
        float[] x = [.. places.Select(place => (float)place)], gelu = new float[x.Length], slope = new float[x.Length];
        kernels.Gelu.Apply(x, gelu);
        Array.Fill(slope, 1);
        kernels.Gelu.Backward(x, slope, slope);
        return [.. places.Select((place, i) => new ActivationPoint(place, Math.Max(0, place), Exact(place), gelu[i], slope[i]))];
    }

    /// <summary>x · Φ(x).</summary>
    public static double Exact(double x) => x * NormalShare(x);

    /// <summary>
    /// Φ(x) = ½ (1 + erf(x / √2)), which .NET does not have. Near 0 by Φ(x) = ½ + φ(x) · (x + x³/3 + x⁵/(3·5) + …), and farther away by
    /// 1 − Φ(x) = φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))): Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.11 and 26.2.14.
    /// </summary>
    internal static double NormalShare(double x)
    {
        if (double.IsNaN(x) || x < -40 || x > 40)
        {
            return double.IsNaN(x) ? x : x < 0 ? 0 : 1;
        }

        double away = Math.Abs(x), density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (away <= SeriesUpTo)
        {
            double term = x, sum = x;
            for (int odd = 3; Math.Abs(term) > Math.Abs(sum) * 1e-17; odd += 2)
            {
                term *= x * x / odd;
                sum += term;
            }

            return 0.5 + (density * sum);
        }

        double fraction = away;
        for (int k = 200; k >= 1; k--)
        {
            fraction = away + (k / fraction);
        }

        return x < 0 ? density / fraction : 1 - (density / fraction);
    }
}
