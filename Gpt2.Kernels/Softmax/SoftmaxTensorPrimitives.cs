// The TensorPrimitives rung of softmax.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.Softmax;

internal sealed class SoftmaxTensorPrimitives : SoftmaxKernel
{
    private protected override void Scale(ReadOnlySpan<float> input, float factor, Span<float> output) =>
        Tensors.Multiply(input, factor, output);

    internal override void Row(ReadOnlySpan<float> input, Span<float> output)
    {
        Tensors.Subtract(input, Tensors.Max(input), output);
        Tensors.Exp(output, output);
        Tensors.Divide(output, Tensors.Sum<float>(output), output);
    }
}
