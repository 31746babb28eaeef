// The formulas in which models of GPT-2's kind differ: ε of the layer normalisations, the divisor of scores, the activation function. As
// text, with numbers, and in double precision.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Kernels.Activation;
using static System.FormattableString;

namespace Gpt2.Core.Explaining;

/// <summary>The formulas; with GPT-2's settings they are GPT-2's.</summary>
internal static class VariantFormulas
{
    /// <summary>ε as a number: 0.00001.</summary>
    public static string Epsilon(Gpt2Config config)
    {
        float epsilon = config.LayerNormEpsilon;
        return epsilon >= 1e-6f ? epsilon.ToString("0.############", CultureInfo.InvariantCulture) : Origins.Shown(epsilon);
    }

    /// <summary>What scores are divided by, in symbols: √(head size); null for nothing.</summary>
    public static string? ScoreDivisor(Gpt2Config config, int block) => (config.ScaleAttention, config.ScaleAttentionByInverseLayer) switch
    {
        (true, false) => "√(head size)",
        (true, true) => Invariant($"(√(head size) · {block + 1})"),
        (false, true) => Invariant($"{block + 1}"),
        _ => null,
    };

    /// <summary>Step 14 in symbols, with x for its input.</summary>
    public static string Activation(ActivationFunction function) => function switch
    {
        ActivationFunction.GeluErf => "0.5 x (1 + erf(x / √2))",
        ActivationFunction.QuickGelu => "x / (1 + e^(−1.702 x))",
        ActivationFunction.Relu => "max(x, 0)",
        ActivationFunction.Silu => "x / (1 + e^(−x))",
        ActivationFunction.Tanh => "tanh(x)",
        _ => "0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))",
    };

    /// <summary>What step 14 does and what it is good for.</summary>
    public static string WordsOfActivation(ActivationFunction function) => (function switch
    {
        ActivationFunction.Relu => "Lets matches pass and holds back everything below 0",
        ActivationFunction.Tanh => "Bends every number into the range from −1 to 1",
        _ => "Lets matches pass and holds back almost everything below 0",
    }) + "; without such a bend two products in a row would be only one.";

    /// <summary>Step 14 of a number, as a formula with that number.</summary>
    public static string ActivationInNumbers(ActivationFunction function, double x)
    {
        string shown = Origins.Shown(x), factor = Origins.Factor(x);
        return function switch
        {
            ActivationFunction.GeluErf => $"0.5 × {factor} × (1 + erf({shown} / √2))",
            ActivationFunction.QuickGelu => $"{shown} / (1 + e^(−1.702 × {factor}))",
            ActivationFunction.Relu => $"max({shown}, 0)",
            ActivationFunction.Silu => $"{shown} / (1 + e^({Origins.Shown(-x)}))",
            ActivationFunction.Tanh => $"tanh({shown})",
            _ => $"0.5 × {factor} × (1 + tanh(0.79788 × ({shown} + 0.044715 × {factor}³)))",
        };
    }

    /// <summary>Step 14 of a number.</summary>
    public static double ValueOf(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.Relu => Math.Max(x, 0),
        ActivationFunction.Tanh => Math.Tanh(x),
        _ => x * ShareOf(function, x)!.Value,
    };

    /// <summary>The share of a number that step 14 lets pass; null of a function that is no share of its input.</summary>
    public static double? ShareOf(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.GeluTanh => 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        ActivationFunction.GeluErf => 0.5 * (1 + ErrorFunction.Of(x / Math.Sqrt(2))),
        ActivationFunction.QuickGelu => 1 / (1 + Math.Exp(-1.702 * x)),
        ActivationFunction.Silu => 1 / (1 + Math.Exp(-x)),
        ActivationFunction.Relu => x > 0 ? 1 : 0,
        _ => null,
    };
}
