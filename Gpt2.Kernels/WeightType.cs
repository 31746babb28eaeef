// The types in which weights can be stored for inference, and the error of each.

namespace Gpt2.Kernels;

/// <summary>
/// How a weight is stored. The types below 32 bits are made from 32-bit floats by
/// <see cref="ReducedMatMul.ReducedPanels"/> and multiplied by <see cref="ReducedMatMul.ReducedMatMulKernel"/>; w is a
/// weight before and ŵ after.
/// </summary>
public enum WeightType
{
    /// <summary>A 32-bit float: nothing is lost. Packed by <see cref="MatMul.WeightPanels"/>.</summary>
    Float32,

    /// <summary>
    /// The upper half of a 32-bit float, rounded to the nearest, halves to even: 16 bits, the same range, 8 significant
    /// bits. |w − ŵ| ≤ 2⁻⁸ · |w| for normal numbers. NaN stays NaN and ∞ stays ∞; values above the largest (3.39e38)
    /// become ∞.
    /// </summary>
    BFloat16,

    /// <summary>
    /// ŵ = q · s with a whole q from −127 to 127 and one scale s for 64 consecutive inputs of a column: 8.25 bits.
    /// |w − ŵ| ≤ s/2, where s is max|w| / 127 of those 64, rounded up to a bfloat16: at most 0.8 % more (and at least
    /// 2⁻¹²⁶).
    /// </summary>
    Int8,

    /// <summary>
    /// ŵ = q · s with a whole q from −8 to 7 and one scale s for 32 consecutive inputs of a column: 4.5 bits.
    /// |w − ŵ| ≤ |s|/2, where |s| ≤ 1.01 · max|w| / 6.5 of those 32 (or 2⁻¹²⁶). Of three scales of either sign within
    /// this limit, the one with the smallest squared error is used.
    /// </summary>
    Int4,
}
