// The Scalar rung of MatMul: the definition, with sums in double precision.

namespace Gpt2.Kernels.MatMul;

internal sealed class MatMulScalar : MatMulLoops
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

    private protected override void AddPanel(ReadOnlySpan<float> factors, ReadOnlySpan<float> panel, Span<float> sum)
    {
        for (int column = 0; column < sum.Length; column++)
        {
            double total = sum[column];
            for (int k = 0; k < factors.Length; k++)
            {
                total += (double)factors[k] * panel[(k * WeightPanels.Width) + column];
            }

            sum[column] = (float)total;
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
