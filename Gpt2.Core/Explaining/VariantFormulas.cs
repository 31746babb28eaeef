// The formulas in which models of GPT-2's kind differ: ε of the layer normalisations, the divisor of scores, the activation function. As
// texts, in symbols and with numbers put in; ActivationFormulas computes values of the activation functions.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Kernels;
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

    /// <summary>The function as people call it.</summary>
    public static string NameOfActivation(ActivationFunction function) => function switch
    {
        ActivationFunction.QuickGelu => "quick GELU",
        ActivationFunction.Relu => "ReLU",
        ActivationFunction.Silu => "SiLU",
        ActivationFunction.Tanh => "tanh",
        _ => "GELU",
    };

    /// <summary>What step 14 does and what it is good for.</summary>
    public static string WordsOfActivation(ActivationFunction function) => (function switch
    {
        ActivationFunction.Relu => "Lets matches pass and holds back everything below 0",
        ActivationFunction.Tanh => "Bends every number into the range from −1 to 1",
        _ => "Lets matches pass and holds back almost everything below 0",
    }) + "; without such a bend two products in a row would be only one.";

    /// <summary>
    /// Step 14 as a formula with places for a number x: {x} for x as it is, {(x)} for x in parentheses if it is negative, {−x} for −x. The
    /// explorer's saved page fills them too.
    /// </summary>
    public static string ActivationTemplate(ActivationFunction function) => function switch
    {
        ActivationFunction.GeluErf => "0.5 × {(x)} × (1 + erf({x} / √2))",
        ActivationFunction.QuickGelu => "{x} / (1 + e^(−1.702 × {(x)}))",
        ActivationFunction.Relu => "max({x}, 0)",
        ActivationFunction.Silu => "{x} / (1 + e^({−x}))",
        ActivationFunction.Tanh => "tanh({x})",
        _ => "0.5 × {(x)} × (1 + tanh(0.79788 × ({x} + 0.044715 × {(x)}³)))",
    };

    /// <summary>Step 14 with a number put in.</summary>
    public static string ActivationInNumbers(ActivationFunction function, double x) => ActivationTemplate(function)
        .Replace("{x}", Origins.Shown(x), StringComparison.Ordinal).Replace("{(x)}", Origins.Factor(x), StringComparison.Ordinal)
        .Replace("{−x}", Origins.Shown(-x), StringComparison.Ordinal);
}
