// The Vector rung of attention: the loops of AttentionLoops with inner loops in portable vectors.

using Gpt2.Kernels.Softmax;

namespace Gpt2.Kernels.Attention;

internal sealed class AttentionVector(SoftmaxVector softmax) : AttentionLoops(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        VectorLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        VectorLoops.AddScaled(source, scale, sum);
}
