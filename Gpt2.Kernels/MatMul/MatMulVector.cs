// The Vector rung of MatMul. It keeps a tile of the product in registers.

using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Transposition;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>
/// Products in register tiles of MR = 4 rows × NR = 2 vectors: the tile stays in registers over the inner dimension, so
/// every vector of the right matrix serves four rows. A panel of KC × NR of that matrix is packed at a time and stays
/// in the first-level cache for all rows. Remaining rows and columns are computed one at a time. Every element is
/// summed in the order of the inner dimension, whichever tile it is in.
/// </summary>
internal sealed class MatMulVector : MatMulLoops
{
    private const int MR = 4;
    private const int KC = 256;

    private static int NR => 2 * Vector<float>.Count;

    private protected override void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        int tiledRows = rows - (rows % MR);
        int tiledColumns = columns - (columns % NR);
        if (tiledRows > 0)
        {
            AddTiles(input, weights, tiledRows, inner, columns, tiledColumns, product);
        }

        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> factors = input.Slice(row * inner, inner);
            Span<float> sum = product.Slice(row * columns, columns);
            if (row >= tiledRows)
            {
                AddOneRow(factors, weights, columns, sum[..tiledColumns]);
            }

            for (int k = 0; tiledColumns < columns && k < inner; k++)
            {
                AddScaled(weights[((k * columns) + tiledColumns)..((k + 1) * columns)], factors[k], sum[tiledColumns..]);
            }
        }
    }

    private protected override void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum)
    {
        if (rows == 0)
        {
            return; // nothing to transpose
        }

        // With the left matrix transposed, this is an ordinary product.
        float[] transposed = ArrayPool<float>.Shared.Rent(left.Length);
        TranspositionKernel.Copy(left, rows, transposed.AsSpan(0, left.Length));
        AddProduct(transposed.AsSpan(0, left.Length), right, inner, rows, columns, sum);
        ArrayPool<float>.Shared.Return(transposed);
    }

    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => VectorLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        VectorLoops.AddScaled(source, scale, sum);

    private static void AddTiles(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, int tiledColumns, Span<float> product)
    {
        float[] panel = ArrayPool<float>.Shared.Rent(KC * NR);
        for (int first = 0; first < inner; first += KC)
        {
            int depth = Math.Min(KC, inner - first);
            for (int column = 0; column < tiledColumns; column += NR)
            {
                for (int k = 0; k < depth; k++)
                {
                    weights.Slice(((first + k) * columns) + column, NR).CopyTo(panel.AsSpan(k * NR));
                }

                for (int row = 0; row < rows; row += MR)
                {
                    AddTile(input[((row * inner) + first)..], inner, panel, depth, product[((row * columns) + column)..], columns);
                }
            }
        }

        ArrayPool<float>.Shared.Return(panel);
    }

    /// <summary>
    /// A tile of four rows by two vectors: row r of the sum += Σ over k of factors[r · rowStride + k] × (row k of the
    /// panel).
    /// </summary>
    private static void AddTile(
        ReadOnlySpan<float> factors, int rowStride, ReadOnlySpan<float> panel, int depth, Span<float> sum, int columns)
    {
        int width = Vector<float>.Count;
        ref readonly float source = ref MemoryMarshal.GetReference(panel);
        ref float target0 = ref MemoryMarshal.GetReference(sum);
        ref float target1 = ref Unsafe.Add(ref target0, columns);
        ref float target2 = ref Unsafe.Add(ref target1, columns);
        ref float target3 = ref MemoryMarshal.GetReference(sum[(3 * columns)..]);
        ref readonly float row0 = ref MemoryMarshal.GetReference(factors);
        ref readonly float row1 = ref Elements.At(in row0, rowStride);
        ref readonly float row2 = ref Elements.At(in row1, rowStride);
        ref readonly float row3 = ref MemoryMarshal.GetReference(factors[(3 * rowStride)..]);

        Vector<float> sum00 = Load(in target0, 0), sum01 = Load(in target0, width);
        Vector<float> sum10 = Load(in target1, 0), sum11 = Load(in target1, width);
        Vector<float> sum20 = Load(in target2, 0), sum21 = Load(in target2, width);
        Vector<float> sum30 = Load(in target3, 0), sum31 = Load(in target3, width);
        int at = 0;
        for (int k = 0; k < depth; k++)
        {
            Vector<float> left = Load(in source, at), right = Load(in source, at + width);
            at += 2 * width;
            var factor = new Vector<float>(Elements.At(in row0, k));
            sum00 = Vector.MultiplyAddEstimate(factor, left, sum00);
            sum01 = Vector.MultiplyAddEstimate(factor, right, sum01);
            factor = new Vector<float>(Elements.At(in row1, k));
            sum10 = Vector.MultiplyAddEstimate(factor, left, sum10);
            sum11 = Vector.MultiplyAddEstimate(factor, right, sum11);
            factor = new Vector<float>(Elements.At(in row2, k));
            sum20 = Vector.MultiplyAddEstimate(factor, left, sum20);
            sum21 = Vector.MultiplyAddEstimate(factor, right, sum21);
            factor = new Vector<float>(Elements.At(in row3, k));
            sum30 = Vector.MultiplyAddEstimate(factor, left, sum30);
            sum31 = Vector.MultiplyAddEstimate(factor, right, sum31);
        }

        Store(sum00, ref target0, 0);
        Store(sum01, ref target0, width);
        Store(sum10, ref target1, 0);
        Store(sum11, ref target1, width);
        Store(sum20, ref target2, 0);
        Store(sum21, ref target2, width);
        Store(sum30, ref target3, 0);
        Store(sum31, ref target3, width);
    }

    /// <summary>
    /// One row by four rows of the weights at a time: they run along memory, and the sum is stored a quarter as often.
    /// </summary>
    private static void AddOneRow(ReadOnlySpan<float> factors, ReadOnlySpan<float> weights, int columns, Span<float> sum)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(weights);
        ref float target = ref MemoryMarshal.GetReference(sum);
        int k = 0;
        for (; k <= factors.Length - 4; k += 4)
        {
            var factor0 = new Vector<float>(factors[k]);
            var factor1 = new Vector<float>(factors[k + 1]);
            var factor2 = new Vector<float>(factors[k + 2]);
            var factor3 = new Vector<float>(factors[k + 3]);
            for (int column = 0; column < sum.Length; column += Vector<float>.Count)
            {
                Vector<float> total = Load(in target, column);
                total = Vector.MultiplyAddEstimate(factor0, Load(in source, (k * columns) + column), total);
                total = Vector.MultiplyAddEstimate(factor1, Load(in source, ((k + 1) * columns) + column), total);
                total = Vector.MultiplyAddEstimate(factor2, Load(in source, ((k + 2) * columns) + column), total);
                total = Vector.MultiplyAddEstimate(factor3, Load(in source, ((k + 3) * columns) + column), total);
                Store(total, ref target, column);
            }
        }

        for (; k < factors.Length; k++)
        {
            VectorLoops.AddScaled(weights.Slice(k * columns, sum.Length), factors[k], sum);
        }
    }

    private static Vector<float> Load(ref readonly float start, int index) => Vector.LoadUnsafe(in start, (nuint)index);

    private static void Store(Vector<float> value, ref float start, int index) => value.StoreUnsafe(ref start, (nuint)index);
}
