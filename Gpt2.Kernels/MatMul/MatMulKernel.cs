// Matrix products: input · weights + bias, and input · weightsᵀ for weights with one row per output.

using System.Diagnostics;

namespace Gpt2.Kernels.MatMul;

/// <summary>Products of row-major matrices.</summary>
/// <remarks>
/// Zeros are multiplied like any number, so NaN and infinities in the weights reach the product as in IEEE 754. A row
/// of the product depends only on its own row of the input: computed alone, it has the same bits as among others.
/// </remarks>
public abstract class MatMulKernel
{
    /// <summary>product = input · weights + bias.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="weights">[inner, columns]</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="inner">Columns of the input, at least 1.</param>
    /// <param name="columns">Columns of the product, at least 1.</param>
    /// <param name="product">[rows, columns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or the product overlaps a source.</exception>
    public void Multiply(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int inner, int columns, Span<float> product)
    {
        int rows = CheckShapes(input, weights, inner, columns, product);
        if (!bias.IsEmpty)
        {
            Require.Length(bias.Length, columns);
            Require.Apart(bias, product);
        }

        MultiplyRows(input, weights, bias, rows, inner, columns, product);
    }

    /// <summary>product = input · weights + bias, for weights that were packed by <see cref="WeightPanels"/>.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="panels">The panels of weights [inner, columns].</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="inner">Columns of the input, at least 1.</param>
    /// <param name="columns">Columns of the product, at least 1.</param>
    /// <param name="product">[rows, columns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or the product overlaps a source.</exception>
    public void MultiplyPacked(
        ReadOnlySpan<float> input, ReadOnlySpan<float> panels, ReadOnlySpan<float> bias, int inner, int columns, Span<float> product)
    {
        Require.Positive(columns);
        int rows = Require.WholeRows(input.Length, inner);
        Require.Length(panels.Length, WeightPanels.Length(inner, columns));
        Require.Length(product.Length, Require.Product(rows, columns));
        Require.Apart(input, product);
        Require.Apart(panels, product);
        if (!bias.IsEmpty)
        {
            Require.Length(bias.Length, columns);
            Require.Apart(bias, product);
        }

        MultiplyPanels(input, panels, bias, rows, inner, columns, product);
    }

    /// <summary>product = input · weightsᵀ.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="weights">[columns, inner]</param>
    /// <param name="inner">Columns of input and weights, at least 1.</param>
    /// <param name="columns">Columns of the product, at least 1.</param>
    /// <param name="product">[rows, columns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or the product overlaps a source.</exception>
    public void MultiplyTransposed(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int inner, int columns, Span<float> product)
    {
        int rows = CheckShapes(input, weights, inner, columns, product);
        MultiplyRowsTransposed(input, weights, rows, inner, columns, product);
    }

    /// <summary>
    /// sum += leftᵀ · right. This is the gradient of weights: for input · weights it is inputᵀ · (gradient of the
    /// product).
    /// </summary>
    /// <param name="left">[rows, inner]</param>
    /// <param name="right">[rows, columns]</param>
    /// <param name="inner">Columns of the left matrix, at least 1.</param>
    /// <param name="columns">Columns of the right matrix, at least 1.</param>
    /// <param name="sum">[inner, columns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or the sum overlaps a source.</exception>
    public void AddTransposedProduct(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int inner, int columns, Span<float> sum)
    {
        Require.Positive(columns);
        int rows = Require.WholeRows(left.Length, inner);
        Require.Length(right.Length, Require.Product(rows, columns));
        Require.Length(sum.Length, Require.Product(inner, columns));
        Require.Apart(left, sum);
        Require.Apart(right, sum);
        AddLeftTransposed(left, right, rows, inner, columns, sum);
    }

    /// <summary>sum[column] += Σ over rows of matrix[row, column]. The gradient of a bias.</summary>
    /// <param name="matrix">[rows, columns], where columns is the length of <paramref name="sum"/>.</param>
    /// <param name="sum">[columns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or the sum overlaps the matrix.</exception>
    public void AddColumnSums(ReadOnlySpan<float> matrix, Span<float> sum)
    {
        int rows = Require.WholeRows(matrix.Length, sum.Length);
        Require.Apart(matrix, sum);
        AddRowsTo(matrix, rows, sum);
    }

    /// <summary>product = input · weights + bias, on checked arguments.</summary>
    private protected abstract void MultiplyRows(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int rows, int inner, int columns, Span<float> product);

    /// <summary>The same with packed weights.</summary>
    private protected abstract void MultiplyPanels(
        ReadOnlySpan<float> input, ReadOnlySpan<float> panels, ReadOnlySpan<float> bias, int rows, int inner, int columns, Span<float> product);

    /// <summary>product = input · weightsᵀ, on checked arguments.</summary>
    private protected abstract void MultiplyRowsTransposed(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product);

    /// <summary>sum += leftᵀ · right, on checked arguments.</summary>
    private protected abstract void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum);

    /// <summary>sum += every row of a matrix, on checked arguments.</summary>
    private protected abstract void AddRowsTo(ReadOnlySpan<float> matrix, int rows, Span<float> sum);

    [DebuggerStepThrough]
    private static int CheckShapes(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int inner, int columns, ReadOnlySpan<float> product)
    {
        Require.Positive(columns);
        int rows = Require.WholeRows(input.Length, inner);
        Require.Length(weights.Length, Require.Product(inner, columns));
        Require.Length(product.Length, Require.Product(rows, columns));
        Require.Apart(input, product);
        Require.Apart(weights, product);
        return rows;
    }
}
