// Products with weights of reduced precision. The definition converts the weights back to floats and multiplies; for
// whole-number weights the Tuned rung also rounds the input, so that it multiplies whole numbers.

using System.Runtime.InteropServices;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>product = input · ŵ + bias, where ŵ are the weights as stored in <see cref="ReducedPanels"/>.</summary>
/// <remarks>
/// <para>
/// A row of the product depends only on its own row of the input: computed alone, it has the same bits as among others.
/// </para>
/// <para>
/// BFloat16: single-precision arithmetic on ŵ, each element summed in the order of the inputs; on the Tuned rung the
/// bits are those of <see cref="MatMul.MatMulKernel.MultiplyPacked"/> on ŵ.
/// </para>
/// <para>
/// Int8 and Int4 on the Tuned rung: each row's inputs are rounded to whole numbers of 16 bits times a scale for each of
/// the weights' groups, x̂ = p · t with t = max|x| / 32767 of the group (at least 2⁻¹²⁶), so |x − x̂| ≤ 0.51 · t. The
/// sums Σ p·q of a group are exact whole numbers; they are scaled and added in single precision. In total, for groups g,
/// |product − Σ x·w − bias| ≤ Σ |x|·|w − ŵ| + Σ over g of 0.51 · t · Σ |ŵ| + (groups + 4) · 2⁻²⁴ · (Σ |x̂|·|ŵ| + |bias|).
/// A row that contains NaN or ∞ becomes NaN in the product; other rows do not. Inputs above 1e34 in magnitude may
/// overflow.
/// </para>
/// </remarks>
public abstract class ReducedMatMulKernel
{
    /// <summary>product = input · ŵ + bias.</summary>
    /// <param name="type">One of the reduced types.</param>
    /// <param name="input">[rows, inner]</param>
    /// <param name="panels">The <see cref="ReducedPanels"/> of weights [inner, columns].</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="inner">Columns of the input, at least 1.</param>
    /// <param name="columns">Columns of the product, at least 1.</param>
    /// <param name="product">[rows, columns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or the product overlaps a source.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The type is not a reduced one.</exception>
    public void Multiply(
        WeightType type, ReadOnlySpan<float> input, ReadOnlySpan<byte> panels, ReadOnlySpan<float> bias, int inner, int columns, Span<float> product)
    {
        Require.Positive(columns);
        int rows = Require.WholeRows(input.Length, inner);
        Require.Length(panels.Length, ReducedPanels.Length(type, inner, columns));
        Require.Length(product.Length, Require.Product(rows, columns));
        Require.Apart(input, product);
        if (panels.Overlaps(MemoryMarshal.AsBytes(product)))
        {
            throw new ArgumentException("product shares memory with panels, expected separate matrices");
        }

        if (!bias.IsEmpty)
        {
            Require.Length(bias.Length, columns);
            Require.Apart(bias, product);
        }

        MultiplyPanels(type, input, panels, bias, rows, inner, columns, product);
    }

    /// <summary>product = input · ŵ + bias, on checked arguments.</summary>
    private protected abstract void MultiplyPanels(
        WeightType type, ReadOnlySpan<float> input, ReadOnlySpan<byte> panels, ReadOnlySpan<float> bias, int rows, int inner, int columns,
        Span<float> product);
}
