// The TensorPrimitives rung of addition: the library's own function.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.Add;

internal sealed class AddTensorPrimitives : AddKernel
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum) =>
        Tensors.Add(left, right, sum);
}
