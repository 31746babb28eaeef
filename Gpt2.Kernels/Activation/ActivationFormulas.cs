// The activation functions as their formulas say, in double precision: what the Scalar rung rounds, and what explanations of single numbers
// compute with.

namespace Gpt2.Kernels.Activation;

/// <summary>Values and slopes of activation functions. NaN gives NaN, and infinities what the formula says.</summary>
public static class ActivationFormulas
{
    /// <summary>The share of x that quick_gelu lets pass is σ(1.702·x). In single precision, so that all kernels have the same number.</summary>
    internal const float QuickSteepness = 1.702f;

    /// <summary>φ(0) = 1/√(2π), the density of the normal distribution.</summary>
    internal const float DensityAtZero = 0.39894228040143268f;

    /// <summary>The value at <paramref name="x"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="function"/> is not a member of the enumeration.</exception>
    public static double ValueOf(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.Relu => Math.Max(x, 0),
        ActivationFunction.Tanh => Math.Tanh(x),
        _ => x * ShareOf(function, x)!.Value,
    };

    /// <summary>The share of <paramref name="x"/> that passes: value / x. Null of a function that is no share of its input.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="function"/> is not a member of the enumeration.</exception>
    public static double? ShareOf(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.GeluTanh => 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        ActivationFunction.GeluErf => 0.5 * (1 + ErrorFunction.Of(x / Math.Sqrt(2))),
        ActivationFunction.QuickGelu => Sigmoid(QuickSteepness * x),
        ActivationFunction.Silu => Sigmoid(x),
        ActivationFunction.Relu => x > 0 ? 1 : 0,
        ActivationFunction.Tanh => null,
        _ => throw NoSuch(function),
    };

    /// <summary>The slope of a function other than GPT-2's at a finite <paramref name="x"/>; that of max(x, 0) is 0 at 0.</summary>
    internal static double SlopeOf(ActivationFunction function, double x) => function switch
    {
        // x · Φ(x) has the slope Φ(x) + x · φ(x), with φ(x) = e^(−x²/2) / √(2π).
        ActivationFunction.GeluErf => ShareOf(function, x)!.Value + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)),
        ActivationFunction.QuickGelu => SigmoidSlope(QuickSteepness, x),
        ActivationFunction.Relu => x <= 0 ? 0 : 1,
        ActivationFunction.Silu => SigmoidSlope(1, x),
        ActivationFunction.Tanh => 1 - (Math.Tanh(x) * Math.Tanh(x)),
        _ => throw NoSuch(function),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>x · s with s = σ(b·x) has the slope s + b·x·s·(1 − s).</summary>
    private static double SigmoidSlope(double steepness, double x)
    {
        double s = Sigmoid(steepness * x);
        return s + (steepness * x * s * (1 - s));
    }

    private static ArgumentOutOfRangeException NoSuch(ActivationFunction function) => new(nameof(function), function, "no definition here");
}
