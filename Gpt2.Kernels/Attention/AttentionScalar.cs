// The Scalar rung of attention: the loops of AttentionLoops with sums in double precision.

namespace Gpt2.Kernels;

internal sealed class CausalAttentionScalar(SoftmaxScalar softmax) : CausalAttentionLoops(softmax)
{
    private protected override float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        ScalarLoops.Dot(left, right);

    private protected override void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum) =>
        ScalarLoops.AddScaled(source, scale, sum);
}
