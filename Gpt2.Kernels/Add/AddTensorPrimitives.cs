// The TensorPrimitives rung of addition: the library's.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

internal sealed class AddTensorPrimitives : Add
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum) =>
        Tensors.Add(left, right, sum);
}
