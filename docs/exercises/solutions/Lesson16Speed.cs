// Lesson 16: Why it is fast. 90 minutes. Page: docs/lessons/16-speed.md
// The same sums, in an order that the processor likes. Work in Release: a Debug build of your code is several times as slow.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Exercises;

public static class Lesson16Speed
{
    // 16.1 A dot product with vectors
    // hint: new Vector<float>(a[i..]) loads Vector<float>.Count numbers; sum += x * y does them all at once; Vector.Sum adds them up.
    // hint: for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
    // hint: After that loop fewer than Count numbers are left: add them one by one.
    // meaning: One instruction does 4, 8 or 16 multiplications. The price is a second loop, which everyone forgets once: for lengths
    //   that are not a multiple of the width.
    /// <summary>
    /// Σ a[i] · b[i] with System.Numerics vectors, for any length, 0 included.
    /// Example: (1, 2, 3) and (4, 5, 6): 32.
    /// </summary>
    public static float DotProduct(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        // write: the sum of products, a vector at a time, and the rest one by one
        int width = Vector<float>.Count, i = 0;
        Vector<float> sums = Vector<float>.Zero;
        for (; i <= a.Length - width; i += width)
        {
            sums += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        }

        float sum = Vector.Sum(sums);
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
        // end
    }

    // 16.2 A transposed product
    // hint: Row r of the input begins at r * inner; input.Slice(r * inner, inner) is that row.
    // hint: Each number of the product is the dot product of a row of the input and a row of the weights: DotProduct does it.
    // meaning: With the weights' rows lying in memory one after another, each dot product runs straight through memory, and every byte
    //   that is fetched is used. The same sum down the columns of a matrix can be ten times as slow.
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
        // write: product[r, c] is the dot product of row r of the input and row c of the weights
        int rows = input.Length / inner, columns = weights.Length / inner;
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                product[r * columns + c] = DotProduct(input.Slice(r * inner, inner), weights.Slice(c * inner, inner));
            }
        }
        // end
    }

    // 16.3 A matrix product that beats the Vector rung
    // hint: First make it right: for each row and each i, add input[r, i] · (row i of the weights) to the row of the product.
    // hint: Then save on memory: the sums of one row go to memory and back for each i. Keep a block of them in registers instead: for 4
    //   rows and 2 vectors of columns, 8 sums in 8 variables of type Vector<float>, and a loop over i inside.
    // hint: In that loop each vector of weights is loaded once and used for 4 rows. Treat the rows and columns that are left over apart.
    // hint: Bounds are checked at every access. MemoryMarshal.Cast makes a span of vectors of a span of numbers, if the number of
    //   columns is a multiple of the width; or copy 2 vectors of columns of all weights side by side first ("packing").
    // meaning: Nothing was computed less: the same multiplications, but each number is fetched once and used four times. A processor
    //   multiplies faster than memory delivers, so a fast matrix product is one that fetches little.
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
        // write: product[r, c] = Σ input[r, i] · weights[i, c], as fast as you can
        const int Tile = 4;
        int rows = input.Length / inner, width = Vector<float>.Count, strip = 2 * width;
        product.Clear();

        // Two vectors of columns of all weights, side by side: the loop over i then runs straight through memory.
        Span<float> packed = new float[inner * strip];
        for (int column = 0; column + strip <= columns; column += strip)
        {
            for (int i = 0; i < inner; i++)
            {
                weights.Slice(i * columns + column, strip).CopyTo(packed.Slice(i * strip));
            }

            ReadOnlySpan<Vector<float>> pairs = MemoryMarshal.Cast<float, Vector<float>>(packed);
            int row = 0;
            for (; row + Tile <= rows; row += Tile)
            {
                ReadOnlySpan<float> one = input.Slice(row * inner, inner), two = input.Slice((row + 1) * inner, inner);
                ReadOnlySpan<float> three = input.Slice((row + 2) * inner, inner), four = input.Slice((row + 3) * inner, inner);
                Vector<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                for (int i = 0; i < one.Length; i++)
                {
                    Vector<float> left = pairs[2 * i], right = pairs[2 * i + 1];
                    var value = new Vector<float>(one[i]);
                    (a0, a1) = (a0 + value * left, a1 + value * right);
                    value = new Vector<float>(two[i]);
                    (b0, b1) = (b0 + value * left, b1 + value * right);
                    value = new Vector<float>(three[i]);
                    (c0, c1) = (c0 + value * left, c1 + value * right);
                    value = new Vector<float>(four[i]);
                    (d0, d1) = (d0 + value * left, d1 + value * right);
                }

                int at = row * columns + column;
                a0.CopyTo(product[at..]);
                a1.CopyTo(product[(at + width)..]);
                b0.CopyTo(product[(at + columns)..]);
                b1.CopyTo(product[(at + columns + width)..]);
                c0.CopyTo(product[(at + 2 * columns)..]);
                c1.CopyTo(product[(at + 2 * columns + width)..]);
                d0.CopyTo(product[(at + 3 * columns)..]);
                d1.CopyTo(product[(at + 3 * columns + width)..]);
            }

            for (; row < rows; row++)
            {
                Vector<float> left = default, right = default;
                for (int i = 0; i < inner; i++)
                {
                    var value = new Vector<float>(input[row * inner + i]);
                    (left, right) = (left + value * pairs[2 * i], right + value * pairs[2 * i + 1]);
                }

                left.CopyTo(product[(row * columns + column)..]);
                right.CopyTo(product[(row * columns + column + width)..]);
            }
        }

        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < inner; i++)
            {
                for (int column = columns / strip * strip; column < columns; column++)
                {
                    product[row * columns + column] += input[row * inner + i] * weights[i * columns + column];
                }
            }
        }
        // end
    }
}
