// Normalises a row in double precision: the definition, and the fallback of the other rungs if squares overflow.

namespace Gpt2.Kernels.LayerNorm;

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
