// The Scalar rung of the activation functions other than GPT-2's: their definitions, in double precision.

namespace Gpt2.Kernels.Activation;

internal sealed class ActivationScalar(ActivationFunction function) : ActivationKernel
{
    /// <summary>The share of x that quick_gelu lets pass is σ(1.702·x).</summary>
    public const float QuickSteepness = 1.702f;

    /// <summary>Beyond this the slopes of all functions are their limits in single precision.</summary>
    public const float Saturation = 100;

    private static double ValueOf(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.GeluErf => 0.5 * x * (1 + ErrorFunction.Of(x / Math.Sqrt(2))),
        ActivationFunction.QuickGelu => x * Sigmoid(QuickSteepness * x),
        ActivationFunction.Relu => Math.Max(x, 0),
        ActivationFunction.Silu => x * Sigmoid(x),
        ActivationFunction.Tanh => Math.Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "no definition here"),
    };

    private static double SlopeOf(ActivationFunction function, double x) => function switch
    {
        // x · Φ(x) has the slope Φ(x) + x · φ(x), with φ(x) = e^(−x²/2) / √(2π).
        ActivationFunction.GeluErf => (0.5 * (1 + ErrorFunction.Of(x / Math.Sqrt(2)))) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)),
        ActivationFunction.QuickGelu => SigmoidSlope(QuickSteepness, x),
        ActivationFunction.Relu => x <= 0 ? 0 : 1,
        ActivationFunction.Silu => SigmoidSlope(1, x),
        ActivationFunction.Tanh => 1 - (Math.Tanh(x) * Math.Tanh(x)),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "no definition here"),
    };

    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (float)ValueOf(function, input[i]);
        }
    }

    private protected override void RunBackward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        for (int i = 0; i < input.Length; i++)
        {
            inputGradient[i] = (float)(outputGradient[i] * SlopeOf(function, Math.Clamp(input[i], -Saturation, Saturation)));
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>x · s with s = σ(b·x) has the slope s + b·x·s·(1 − s).</summary>
    private static double SigmoidSlope(double steepness, double x)
    {
        double s = Sigmoid(steepness * x);
        return s + (steepness * x * s * (1 - s));
    }
}
