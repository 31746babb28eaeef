// The TensorPrimitives rung of attention: the loops of AttentionLoops with inner loops from the library.

using Gpt2.Kernels.Softmax;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.Attention;

internal sealed class AttentionTensorPrimitives(SoftmaxTensorPrimitives softmax) : AttentionLoops(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        Tensors.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        Tensors.MultiplyAdd(source, scale, sum, sum);
}
