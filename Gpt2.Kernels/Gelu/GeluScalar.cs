// The Scalar rung of GELU: the definition. Its backward pass is in GeluKernel, since other rungs use it too.

namespace Gpt2.Kernels.Gelu;

internal sealed class GeluScalar : GeluKernel
{
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            float x = input[i];
            output[i] = 0.5f * x * (1 + MathF.Tanh(SqrtTwoOverPi * (x + (Cubic * x * x * x))));
        }
    }
}
