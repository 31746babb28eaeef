// The activation functions that models of GPT-2's kind are trained with. GPT-2's is in the folder Gelu, the others are in Activation.

namespace Gpt2.Kernels;

/// <summary>What the feed-forward layer applies to every hidden unit.</summary>
public enum ActivationFunction
{
    /// <summary>GPT-2's: GELU in the tanh form, see <see cref="Gelu.GeluKernel"/>.</summary>
    GeluTanh,

    /// <summary>
    /// GELU as it is defined: x · Φ(x) = 0.5·x·(1 + erf(x/√2)). Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2.
    /// </summary>
    GeluErf,

    /// <summary>x · σ(1.702·x), where σ(x) = 1 / (1 + e^(−x)). The same paper, section 2.</summary>
    QuickGelu,

    /// <summary>max(x, 0)</summary>
    Relu,

    /// <summary>x · σ(x), also called swish. Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear Units", section 2.</summary>
    Silu,

    /// <summary>tanh(x)</summary>
    Tanh,
}
