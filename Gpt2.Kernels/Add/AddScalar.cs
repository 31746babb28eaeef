// The Scalar rung of addition: the definition.

namespace Gpt2.Kernels.Add;

internal sealed class AddScalar : AddKernel
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }
}
