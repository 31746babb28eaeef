// Matrix products: input · weights + bias, and input · weightsᵀ for weights stored row by row per output.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

/// <summary>Products of row-major matrices.</summary>
/// <remarks>
/// Zeros are multiplied like any number, so NaN and infinities in the weights reach the product as IEEE 754 has it.
/// A row of the product depends on its own row of the input only: one row at a time gives the same bits as many.
/// </remarks>
public abstract class MatMul
{
    /// <summary>product = input · weights + bias.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="weights">[inner, columns]</param>
    /// <param name="bias">[columns], or empty for none.</param>
    /// <param name="inner">Columns of the input, at least 1.</param>
    /// <param name="columns">Columns of the product, at least 1.</param>
    /// <param name="product">[rows, columns]; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or the product overlaps a source.</exception>
    public void Multiply(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int inner, int columns, Span<float> product)
    {
        int rows = CheckShapes(input, weights, inner, columns, product);
        if (!bias.IsEmpty)
        {
            Require.Length(bias.Length, columns);
            Require.Apart(bias, product);
        }

        for (int row = 0; row < rows; row++)
        {
            Span<float> start = product.Slice(row * columns, columns);
            if (bias.IsEmpty)
            {
                start.Clear();
            }
            else
            {
                bias.CopyTo(start);
            }
        }

        AddProduct(input, weights, rows, inner, columns, product);
    }

    /// <summary>product = input · weightsᵀ.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="weights">[columns, inner]</param>
    /// <param name="inner">Columns of input and weights, at least 1.</param>
    /// <param name="columns">Columns of the product, at least 1.</param>
    /// <param name="product">[rows, columns]; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or the product overlaps a source.</exception>
    public void MultiplyTransposed(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int inner, int columns, Span<float> product)
    {
        int rows = CheckShapes(input, weights, inner, columns, product);

        // The weights are the long side (50257 rows in GPT-2's head): every row of them is read once.
        for (int column = 0; column < columns; column++)
        {
            ReadOnlySpan<float> weightRow = weights.Slice(column * inner, inner);
            for (int row = 0; row < rows; row++)
            {
                product[(row * columns) + column] = Dot(input.Slice(row * inner, inner), weightRow);
            }
        }
    }

    /// <summary>
    /// sum += leftᵀ · right. The gradient of weights: of input · weights it is inputᵀ · (gradient of the product).
    /// </summary>
    /// <param name="left">[rows, inner]</param>
    /// <param name="right">[rows, columns]</param>
    /// <param name="inner">Columns of the left matrix, at least 1.</param>
    /// <param name="columns">Columns of the right matrix, at least 1.</param>
    /// <param name="sum">[inner, columns]; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or the sum overlaps a source.</exception>
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
    /// <param name="sum">[columns]; memory of its own.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or the sum overlaps the matrix.</exception>
    public void AddColumnSums(ReadOnlySpan<float> matrix, Span<float> sum)
    {
        int rows = Require.WholeRows(matrix.Length, sum.Length);
        Require.Apart(matrix, sum);
        for (int row = 0; row < rows; row++)
        {
            AddScaled(matrix.Slice(row * sum.Length, sum.Length), 1, sum);
        }
    }

    /// <summary>product += input · weights, on arguments that fit.</summary>
    private protected abstract void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product);

    /// <summary>sum += leftᵀ · right, on arguments that fit.</summary>
    private protected virtual void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum)
    {
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> rightRow = right.Slice(row * columns, columns);
            for (int k = 0; k < inner; k++)
            {
                AddScaled(rightRow, left[(row * inner) + k], sum.Slice(k * columns, columns));
            }
        }
    }

    /// <summary>sum += source × scale over equally long spans.</summary>
    private protected abstract void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum);

    /// <summary>Σ left·right over equally long spans.</summary>
    private protected abstract float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right);

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

internal sealed class MatMulScalar : MatMul
{
    private protected override void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double sum = product[(row * columns) + column];
                for (int k = 0; k < inner; k++)
                {
                    sum += (double)input[(row * inner) + k] * weights[(k * columns) + column];
                }

                product[(row * columns) + column] = (float)sum;
            }
        }
    }

    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        ScalarLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        ScalarLoops.AddScaled(source, scale, sum);

    private protected override void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum)
    {
        for (int k = 0; k < inner; k++)
        {
            for (int column = 0; column < columns; column++)
            {
                double total = sum[(k * columns) + column];
                for (int row = 0; row < rows; row++)
                {
                    total += (double)left[(row * inner) + k] * right[(row * columns) + column];
                }

                sum[(k * columns) + column] = (float)total;
            }
        }
    }
}

internal sealed class MatMulTensorPrimitives : MatMul
{
    private protected override void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        // Row k of the weights times one number, added to a row of the product: everything runs along memory.
        for (int k = 0; k < inner; k++)
        {
            ReadOnlySpan<float> weightRow = weights.Slice(k * columns, columns);
            for (int row = 0; row < rows; row++)
            {
                AddScaled(weightRow, input[(row * inner) + k], product.Slice(row * columns, columns));
            }
        }
    }

    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => Tensors.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        Tensors.MultiplyAdd(source, scale, sum, sum);
}
