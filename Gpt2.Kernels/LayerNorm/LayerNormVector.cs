// The Vector rung of LayerNorm.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.LayerNorm;

internal sealed class LayerNormVector : LayerNormByRows
{
    private protected override void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output)
    {
        float mean = Mean(input);
        float variance = SumOfSquaredDifferences(input, mean) / input.Length;
        if (!float.IsFinite(variance))
        {
            RowInDouble.Normalise(input, epsilon, output); // a square has overflowed, or the row has a NaN or an infinity
            return;
        }

        float inverse = 1 / MathF.Sqrt(variance + epsilon);

        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);
        var means = new Vector<float>(mean);
        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((Vector.LoadUnsafe(in source, (nuint)i) - means) * inverse).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            output[i] = (input[i] - mean) * inverse;
        }
    }

    private protected override void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref readonly float gains = ref MemoryMarshal.GetReference(gain);
        ref readonly float biases = ref MemoryMarshal.GetReference(bias);
        ref float destination = ref MemoryMarshal.GetReference(output);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> scaled = Vector.LoadUnsafe(in source, (nuint)i) * Vector.LoadUnsafe(in gains, (nuint)i);
            (scaled + Vector.LoadUnsafe(in biases, (nuint)i)).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            output[i] = (input[i] * gain[i]) + bias[i];
        }
    }

    /// <summary>The mean, summed in double precision: rounding it would shift the whole row.</summary>
    private static float Mean(ReadOnlySpan<float> values)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(values);
        Vector<double> sums = Vector<double>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(in source, (nuint)i), out Vector<double> lower, out Vector<double> upper);
            sums += lower + upper;
        }

        double sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += values[i];
        }

        return (float)(sum / values.Length);
    }

    private static float SumOfSquaredDifferences(ReadOnlySpan<float> values, float mean)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(values);
        var means = new Vector<float>(mean);
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> difference = Vector.LoadUnsafe(in source, (nuint)i) - means;
            sums += difference * difference;
        }

        float sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += (values[i] - mean) * (values[i] - mean);
        }

        return sum;
    }

    private protected override void NormaliseRowBackward(
        float inverseDeviation, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        var mean = new Vector<float>(Mean(outputGradient));
        float projection = VectorLoops.Dot(outputGradient, normalised) / outputGradient.Length;
        ref readonly float y = ref MemoryMarshal.GetReference(normalised);
        ref readonly float given = ref MemoryMarshal.GetReference(outputGradient);
        ref float destination = ref MemoryMarshal.GetReference(inputGradient);

        int i = 0;
        for (; i <= normalised.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> rest = Vector.LoadUnsafe(in given, (nuint)i) - mean - (Vector.LoadUnsafe(in y, (nuint)i) * projection);
            (rest * inverseDeviation).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < normalised.Length; i++)
        {
            inputGradient[i] = (outputGradient[i] - mean[0] - (normalised[i] * projection)) * inverseDeviation;
        }
    }

    private protected override void ScaleRowBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, Span<float> inputGradient,
        Span<float> gainGradient, Span<float> biasGradient)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref readonly float gains = ref MemoryMarshal.GetReference(gain);
        ref readonly float given = ref MemoryMarshal.GetReference(outputGradient);
        ref float destination = ref MemoryMarshal.GetReference(inputGradient);
        ref float gainSums = ref MemoryMarshal.GetReference(gainGradient);
        ref float biasSums = ref MemoryMarshal.GetReference(biasGradient);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.LoadUnsafe(in given, (nuint)i);
            (Vector.LoadUnsafe(in gainSums, (nuint)i) + (gradient * Vector.LoadUnsafe(in source, (nuint)i)))
                .StoreUnsafe(ref gainSums, (nuint)i);
            (Vector.LoadUnsafe(in biasSums, (nuint)i) + gradient).StoreUnsafe(ref biasSums, (nuint)i);
            (gradient * Vector.LoadUnsafe(in gains, (nuint)i)).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            gainGradient[i] += outputGradient[i] * input[i];
            biasGradient[i] += outputGradient[i];
            inputGradient[i] = outputGradient[i] * gain[i];
        }
    }
}
