// The Scalar rung of LayerNorm: the definition, with sums in double precision.

namespace Gpt2.Kernels.LayerNorm;

internal sealed class LayerNormScalar : LayerNormByRows
{
    private protected override void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output) =>
        RowInDouble.Normalise(input, epsilon, output);

    private protected override void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (input[i] * gain[i]) + bias[i];
        }
    }

    private protected override void NormaliseRowBackward(
        float inverseDeviation, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        double sum = 0;
        double projection = 0;
        for (int i = 0; i < normalised.Length; i++)
        {
            sum += outputGradient[i];
            projection += (double)outputGradient[i] * normalised[i];
        }

        for (int i = 0; i < normalised.Length; i++)
        {
            double rest = outputGradient[i] - ((sum + (normalised[i] * projection)) / normalised.Length);
            inputGradient[i] = (float)(rest * inverseDeviation);
        }
    }

    private protected override void ScaleRowBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, Span<float> inputGradient,
        Span<float> gainGradient, Span<float> biasGradient)
    {
        for (int i = 0; i < input.Length; i++)
        {
            gainGradient[i] += outputGradient[i] * input[i];
            biasGradient[i] += outputGradient[i];
            inputGradient[i] = outputGradient[i] * gain[i];
        }
    }
}
