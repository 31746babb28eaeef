// Matrix products: input · weights + bias, and input · weightsᵀ for weights stored row by row per output.

using System.Numerics;
using System.Runtime.InteropServices;
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

    /// <summary>product += input · weights, on arguments that fit.</summary>
    private protected abstract void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product);

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
                Span<float> productRow = product.Slice(row * columns, columns);
                Tensors.MultiplyAdd(weightRow, input[(row * inner) + k], productRow, productRow);
            }
        }
    }

    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => Tensors.Dot(left, right);
}

internal sealed class MatMulVector : MatMul
{
    private protected override void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        // As above with four rows of the weights at a time: the product is loaded and stored a quarter as often.
        int k = 0;
        for (; k <= inner - 4; k += 4)
        {
            for (int row = 0; row < rows; row++)
            {
                AddFourRows(
                    input.Slice((row * inner) + k, 4), weights.Slice(k * columns, 4 * columns),
                    product.Slice(row * columns, columns));
            }
        }

        for (; k < inner; k++)
        {
            for (int row = 0; row < rows; row++)
            {
                VectorLoops.AddScaled(
                    weights.Slice(k * columns, columns), input[(row * inner) + k], product.Slice(row * columns, columns));
            }
        }
    }

    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => VectorLoops.Dot(left, right);

    /// <summary>productRow += factors[0]·weights[0] + … + factors[3]·weights[3].</summary>
    private static void AddFourRows(ReadOnlySpan<float> factors, ReadOnlySpan<float> weights, Span<float> productRow)
    {
        int columns = productRow.Length;
        ref float row0 = ref MemoryMarshal.GetReference(weights);
        ref float row1 = ref MemoryMarshal.GetReference(weights[columns..]);
        ref float row2 = ref MemoryMarshal.GetReference(weights[(2 * columns)..]);
        ref float row3 = ref MemoryMarshal.GetReference(weights[(3 * columns)..]);
        ref float sums = ref MemoryMarshal.GetReference(productRow);
        var factor0 = new Vector<float>(factors[0]);
        var factor1 = new Vector<float>(factors[1]);
        var factor2 = new Vector<float>(factors[2]);
        var factor3 = new Vector<float>(factors[3]);

        int i = 0;
        for (; i <= columns - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> sum = Vector.LoadUnsafe(ref sums, (nuint)i);
            sum = Vector.MultiplyAddEstimate(factor0, Vector.LoadUnsafe(ref row0, (nuint)i), sum);
            sum = Vector.MultiplyAddEstimate(factor1, Vector.LoadUnsafe(ref row1, (nuint)i), sum);
            sum = Vector.MultiplyAddEstimate(factor2, Vector.LoadUnsafe(ref row2, (nuint)i), sum);
            sum = Vector.MultiplyAddEstimate(factor3, Vector.LoadUnsafe(ref row3, (nuint)i), sum);
            sum.StoreUnsafe(ref sums, (nuint)i);
        }

        for (; i < columns; i++)
        {
            productRow[i] += (factors[0] * weights[i]) + (factors[1] * weights[columns + i])
                + (factors[2] * weights[(2 * columns) + i]) + (factors[3] * weights[(3 * columns) + i]);
        }
    }
}
