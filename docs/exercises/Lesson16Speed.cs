// Lesson 16: Why it is fast. 90 minutes. Page: docs/lessons/16-speed.md
// The same sums, in an order that the processor likes. Work in Release: a Debug build of your code is several times as slow.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Exercises;

public static class Lesson16Speed
{
    // 16.1 A dot product with vectors
    /// <summary>
    /// Σ a[i] · b[i] with System.Numerics vectors, for any length, 0 included.
    /// Example: (1, 2, 3) and (4, 5, 6): 32.
    /// </summary>
    public static float DotProduct(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        throw new NotImplementedException("the sum of products, a vector at a time, and the rest one by one");
    }

    // 16.2 A transposed product
    /// <summary>
    /// product = input · weightsᵀ, on matrices that lie in memory row after row.
    /// Example: input (1 2) and weights (1 0 / 3 4) give the product (1 11).
    /// </summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="weights">[columns, inner]: one row for each column of the product.</param>
    /// <param name="inner">Columns of input and weights.</param>
    /// <param name="product">[rows, columns]; what is in it at first does not matter.</param>
    public static void MultiplyTransposed(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int inner, Span<float> product)
    {
        throw new NotImplementedException("product[r, c] is the dot product of row r of the input and row c of the weights");
    }

    // 16.3 A matrix product that beats the Vector rung
    /// <summary>
    /// product = input · weights, on matrices that lie in memory row after row, as fast as you can. Being right is what passes; how fast
    /// it is, compared with the library's Vector and Scalar rungs, is measured and told.
    /// </summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="weights">[inner, columns]</param>
    /// <param name="inner">Columns of the input, rows of the weights.</param>
    /// <param name="columns">Columns of the weights.</param>
    /// <param name="product">[rows, columns]; what is in it at first does not matter.</param>
    public static void Multiply(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int inner, int columns, Span<float> product)
    {
        throw new NotImplementedException("product[r, c] = Σ input[r, i] · weights[i, c], as fast as you can");
    }
}
