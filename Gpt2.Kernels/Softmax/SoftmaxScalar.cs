// The Scalar rung of softmax: the definition, with the sum in double precision.

namespace Gpt2.Kernels.Softmax;

internal sealed class SoftmaxScalar : SoftmaxKernel
{
    private protected override void Scale(ReadOnlySpan<float> input, float factor, Span<float> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = input[i] * factor;
        }
    }

    internal override void Row(ReadOnlySpan<float> input, Span<float> output)
    {
        float max = input[0];
        for (int i = 1; i < input.Length; i++)
        {
            max = MathF.Max(max, input[i]);
        }

        double sum = 0;
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = MathF.Exp(input[i] - max);
            sum += output[i];
        }

        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (float)(output[i] / sum);
        }
    }
}
