// The TensorPrimitives rung of GELU: one pass over memory for each operation of the formula.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.Gelu;

internal sealed class GeluTensorPrimitives : GeluKernel
{
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        // The output holds every intermediate.
        Tensors.Multiply(input, input, output);             // x²
        Tensors.Multiply(output, input, output);            // x³
        Tensors.MultiplyAdd(output, Cubic, input, output);  // x + 0.044715x³
        Tensors.Multiply(output, SqrtTwoOverPi, output);
        Tensors.Tanh(output, output);
        Tensors.Add(output, 1, output);
        Tensors.Multiply(output, 0.5f, output);             // before the factor x, so a large x stays finite
        Tensors.Multiply(output, input, output);
    }
}
