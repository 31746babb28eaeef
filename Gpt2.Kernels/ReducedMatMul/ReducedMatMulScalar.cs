// The Scalar rung of ReducedMatMul, which TensorPrimitives and Vector use too.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>The definition: each column is converted back to floats, and sums are in double precision.</summary>
internal sealed class ReducedMatMulScalar : ReducedMatMulKernel
{
    private protected override void MultiplyPanels(
        WeightType type, ReadOnlySpan<float> input, ReadOnlySpan<byte> panels, ReadOnlySpan<float> bias, int rows, int inner, int columns,
        Span<float> product)
    {
        Span<float> weights = Scratch.Of(Scratch.Use.Kernel, inner);
        for (int column = 0; column < columns; column++)
        {
            ReducedPanels.CopyColumn(type, panels, column, weights);
            for (int row = 0; row < rows; row++)
            {
                double sum = bias.IsEmpty ? 0 : bias[column];
                for (int k = 0; k < inner; k++)
                {
                    sum += (double)input[(row * inner) + k] * weights[k];
                }

                product[(row * columns) + column] = (float)sum;
            }
        }
    }
}
