// The Vector rung of MatMul, in a file of its own because it keeps a tile of the product in registers.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels;

/// <summary>
/// Products in tiles of 4 rows × 2 vectors: the tile stays in registers while the inner dimension runs, so every
/// vector of the right matrix serves four rows. Rows and columns that are left over go one at a time. Every element
/// is summed in the order of the inner dimension, whatever tile it is in.
/// </summary>
internal sealed class MatMulVector : MatMul
{
    private const int TileRows = 4;

    private protected override void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        int row = 0;
        for (; row <= rows - TileRows; row += TileRows)
        {
            AddFourRows(
                input.Slice(row * inner, TileRows * inner), inner, 1, inner, weights, columns,
                product.Slice(row * columns, TileRows * columns));
        }

        for (; row < rows; row++)
        {
            AddOneRow(input.Slice(row * inner, inner), weights, columns, product.Slice(row * columns, columns));
        }
    }

    private protected override void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum)
    {
        // Row k of the sum takes column k of the left matrix, so its factors lie apart by a row.
        int k = 0;
        for (; k <= inner - TileRows; k += TileRows)
        {
            AddFourRows(left[k..], 1, inner, rows, right, columns, sum.Slice(k * columns, TileRows * columns));
        }

        for (; k < inner; k++)
        {
            for (int row = 0; row < rows; row++)
            {
                AddScaled(right.Slice(row * columns, columns), left[(row * inner) + k], sum.Slice(k * columns, columns));
            }
        }
    }

    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => VectorLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        VectorLoops.AddScaled(source, scale, sum);

    /// <summary>
    /// Four rows of a sum: row r += Σ over i of factors[r · rowStride + i · step] × (row i of the matrix).
    /// </summary>
    private static void AddFourRows(
        ReadOnlySpan<float> factors, int rowStride, int step, int count, ReadOnlySpan<float> matrix, int columns, Span<float> sum)
    {
        int width = Vector<float>.Count;
        ref float source = ref MemoryMarshal.GetReference(matrix);
        ref float target = ref MemoryMarshal.GetReference(sum);
        ref float row0 = ref MemoryMarshal.GetReference(factors);
        ref float row1 = ref MemoryMarshal.GetReference(factors[rowStride..]);
        ref float row2 = ref MemoryMarshal.GetReference(factors[(2 * rowStride)..]);
        ref float row3 = ref MemoryMarshal.GetReference(factors[(3 * rowStride)..]);

        int column = 0;
        for (; column <= columns - (2 * width); column += 2 * width)
        {
            Vector<float> sum00 = Load(ref target, column), sum01 = Load(ref target, column + width);
            Vector<float> sum10 = Load(ref target, columns + column), sum11 = Load(ref target, columns + column + width);
            Vector<float> sum20 = Load(ref target, (2 * columns) + column), sum21 = Load(ref target, (2 * columns) + column + width);
            Vector<float> sum30 = Load(ref target, (3 * columns) + column), sum31 = Load(ref target, (3 * columns) + column + width);
            for (int i = 0; i < count; i++)
            {
                Vector<float> left = Load(ref source, (i * columns) + column);
                Vector<float> right = Load(ref source, (i * columns) + column + width);
                int at = i * step;
                sum00 = Vector.MultiplyAddEstimate(Spread(ref row0, at), left, sum00);
                sum01 = Vector.MultiplyAddEstimate(Spread(ref row0, at), right, sum01);
                sum10 = Vector.MultiplyAddEstimate(Spread(ref row1, at), left, sum10);
                sum11 = Vector.MultiplyAddEstimate(Spread(ref row1, at), right, sum11);
                sum20 = Vector.MultiplyAddEstimate(Spread(ref row2, at), left, sum20);
                sum21 = Vector.MultiplyAddEstimate(Spread(ref row2, at), right, sum21);
                sum30 = Vector.MultiplyAddEstimate(Spread(ref row3, at), left, sum30);
                sum31 = Vector.MultiplyAddEstimate(Spread(ref row3, at), right, sum31);
            }

            Store(sum00, ref target, column);
            Store(sum01, ref target, column + width);
            Store(sum10, ref target, columns + column);
            Store(sum11, ref target, columns + column + width);
            Store(sum20, ref target, (2 * columns) + column);
            Store(sum21, ref target, (2 * columns) + column + width);
            Store(sum30, ref target, (3 * columns) + column);
            Store(sum31, ref target, (3 * columns) + column + width);
        }

        for (int row = 0; row < TileRows; row++)
        {
            ReadOnlySpan<float> rowFactors = factors[(row * rowStride)..];
            AddColumnsFrom(column, rowFactors, step, count, matrix, columns, sum.Slice(row * columns, columns));
        }
    }

    /// <summary>The columns of one row from a column on: what does not fill a tile.</summary>
    private static void AddColumnsFrom(
        int first, ReadOnlySpan<float> factors, int step, int count, ReadOnlySpan<float> matrix, int columns, Span<float> sum)
    {
        for (int i = 0; first < columns && i < count; i++)
        {
            VectorLoops.AddScaled(matrix.Slice((i * columns) + first, columns - first), factors[i * step], sum[first..]);
        }
    }

    /// <summary>One row, with four rows of the weights at a time: they run along memory, and the sum is stored a quarter as often.</summary>
    private static void AddOneRow(ReadOnlySpan<float> factors, ReadOnlySpan<float> weights, int columns, Span<float> sum)
    {
        int tiled = columns - (columns % (2 * Vector<float>.Count));
        ref float source = ref MemoryMarshal.GetReference(weights);
        ref float target = ref MemoryMarshal.GetReference(sum);
        int k = 0;
        for (; k <= factors.Length - 4; k += 4)
        {
            var factor0 = new Vector<float>(factors[k]);
            var factor1 = new Vector<float>(factors[k + 1]);
            var factor2 = new Vector<float>(factors[k + 2]);
            var factor3 = new Vector<float>(factors[k + 3]);
            for (int column = 0; column < tiled; column += Vector<float>.Count)
            {
                Vector<float> total = Load(ref target, column);
                total = Vector.MultiplyAddEstimate(factor0, Load(ref source, (k * columns) + column), total);
                total = Vector.MultiplyAddEstimate(factor1, Load(ref source, ((k + 1) * columns) + column), total);
                total = Vector.MultiplyAddEstimate(factor2, Load(ref source, ((k + 2) * columns) + column), total);
                total = Vector.MultiplyAddEstimate(factor3, Load(ref source, ((k + 3) * columns) + column), total);
                Store(total, ref target, column);
            }
        }

        for (; k < factors.Length; k++)
        {
            VectorLoops.AddScaled(weights.Slice(k * columns, tiled), factors[k], sum[..tiled]);
        }

        AddColumnsFrom(tiled, factors, 1, factors.Length, weights, columns, sum);
    }

    private static Vector<float> Load(ref float start, int index) => Vector.LoadUnsafe(ref start, (nuint)index);

    private static void Store(Vector<float> value, ref float start, int index) => value.StoreUnsafe(ref start, (nuint)index);

    private static Vector<float> Spread(ref float start, int index) =>
        new(System.Runtime.CompilerServices.Unsafe.Add(ref start, index));
}
