// The Scalar rung of LayerNorm, and a row's normalisation in double precision, which is the definition and what other rungs
// fall back to where squares overflow.

namespace Gpt2.Kernels;

internal static class RowInDouble
{
    /// <summary>output = (input − mean) / √(variance + ε)</summary>
    public static void Normalise(ReadOnlySpan<float> input, float epsilon, Span<float> output)
    {
        (double mean, double deviation) = Statistics(input, epsilon);
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (float)((input[i] - mean) / deviation);
        }
    }

    /// <summary>1 / √(variance + ε)</summary>
    public static float InverseDeviation(ReadOnlySpan<float> input, float epsilon) => (float)(1 / Statistics(input, epsilon).Deviation);

    /// <summary>The mean, and √(variance + ε).</summary>
    private static (double Mean, double Deviation) Statistics(ReadOnlySpan<float> input, float epsilon)
    {
        double sum = 0;
        for (int i = 0; i < input.Length; i++)
        {
            sum += input[i];
        }

        double mean = sum / input.Length;
        double squares = 0;
        for (int i = 0; i < input.Length; i++)
        {
            squares += (input[i] - mean) * (input[i] - mean);
        }

        return (mean, Math.Sqrt((squares / input.Length) + epsilon));
    }
}

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
