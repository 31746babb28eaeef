// The Scalar rung of attention: the loops of AttentionLoops with sums in double precision.

using Gpt2.Kernels.Softmax;

namespace Gpt2.Kernels.Attention;

internal sealed class AttentionScalar(SoftmaxScalar softmax) : AttentionLoops(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        ScalarLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        ScalarLoops.AddScaled(source, scale, sum);
}
