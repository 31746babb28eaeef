// The TensorPrimitives rung of MatMul: all loops run along memory; the inner ones are the library's.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.MatMul;

internal sealed class MatMulTensorPrimitives : MatMulLoops
{
    private protected override void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        // Row k of the weights times one number, added to a row of the product, so everything runs along memory.
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
