// Layer normalisation in its two steps: bring every row to mean 0 and variance 1, then scale and shift columns.

using System.Numerics;
using System.Runtime.InteropServices;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

/// <summary>
/// Layer normalisation. Ba, Kiros and Hinton, "Layer Normalization", section 3; GPT-2 uses the population variance
/// and ε = 1e-5.
/// </summary>
public abstract class LayerNorm
{
    /// <summary>
    /// Per row: output = (input − mean) / √(variance + ε), with variance = Σ(input − mean)² / columns.
    /// </summary>
    /// <param name="input">[rows, columns]</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="epsilon">Keeps a constant row finite: it becomes zeros.</param>
    /// <param name="output">[rows, columns]; may be the input itself.</param>
    /// <remarks>
    /// A NaN or an infinity makes its whole row NaN and leaves the others alone. Where the square of a difference from
    /// the mean overflows (beyond about 1e19), the rungs above Scalar give zeros.
    /// </remarks>
    /// <exception cref="ArgumentException">Lengths do not fit, or memory overlaps without being the same.</exception>
    public void Normalise(ReadOnlySpan<float> input, int columns, float epsilon, Span<float> output)
    {
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(output.Length, input.Length);
        Require.SameOrApart(input, output);
        for (int row = 0; row < rows; row++)
        {
            NormaliseRow(input.Slice(row * columns, columns), epsilon, output.Slice(row * columns, columns));
        }
    }

    /// <summary>Per row: output = input × gain + bias, column by column.</summary>
    /// <param name="input">[rows, columns], where columns is the length of <paramref name="gain"/>.</param>
    /// <param name="gain">[columns]</param>
    /// <param name="bias">[columns]</param>
    /// <param name="output">[rows, columns]; may be the input itself.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or memory overlaps without being the same.</exception>
    public void Scale(ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output)
    {
        int columns = gain.Length;
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(bias.Length, columns);
        Require.Length(output.Length, input.Length);
        Require.SameOrApart(input, output);
        Require.Apart(gain, output);
        Require.Apart(bias, output);
        for (int row = 0; row < rows; row++)
        {
            ScaleRow(input.Slice(row * columns, columns), gain, bias, output.Slice(row * columns, columns));
        }
    }

    private protected abstract void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output);

    private protected abstract void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output);
}

internal sealed class LayerNormScalar : LayerNorm
{
    private protected override void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output)
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

        double deviation = Math.Sqrt((squares / input.Length) + epsilon);
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (float)((input[i] - mean) / deviation);
        }
    }

    private protected override void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output)
    {
        for (int i = 0; i < input.Length; i++)
        {
            output[i] = (input[i] * gain[i]) + bias[i];
        }
    }
}

internal sealed class LayerNormTensorPrimitives : LayerNorm
{
    private protected override void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output)
    {
        float mean = Tensors.Sum(input) / input.Length;
        Tensors.Subtract(input, mean, output);
        Tensors.Subtract(output, Tensors.Sum<float>(output) / output.Length, output); // the mean's own rounding
        float variance = Tensors.SumOfSquares<float>(output) / output.Length;
        Tensors.Multiply(output, 1 / MathF.Sqrt(variance + epsilon), output);
    }

    private protected override void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output) =>
        Tensors.MultiplyAdd(input, gain, bias, output);
}

internal sealed class LayerNormVector : LayerNorm
{
    private protected override void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output)
    {
        float mean = Mean(input);
        float variance = SumOfSquaredDifferences(input, mean) / input.Length;
        float inverse = 1 / MathF.Sqrt(variance + epsilon);

        ref float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);
        var means = new Vector<float>(mean);
        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((Vector.LoadUnsafe(ref source, (nuint)i) - means) * inverse).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            output[i] = (input[i] - mean) * inverse;
        }
    }

    private protected override void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output)
    {
        ref float source = ref MemoryMarshal.GetReference(input);
        ref float gains = ref MemoryMarshal.GetReference(gain);
        ref float biases = ref MemoryMarshal.GetReference(bias);
        ref float destination = ref MemoryMarshal.GetReference(output);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> scaled = Vector.LoadUnsafe(ref source, (nuint)i) * Vector.LoadUnsafe(ref gains, (nuint)i);
            (scaled + Vector.LoadUnsafe(ref biases, (nuint)i)).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            output[i] = (input[i] * gain[i]) + bias[i];
        }
    }

    /// <summary>The mean, summed in double precision: rounding it would shift the whole row.</summary>
    private static float Mean(ReadOnlySpan<float> values)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        Vector<double> sums = Vector<double>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref source, (nuint)i), out Vector<double> lower, out Vector<double> upper);
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
        ref float source = ref MemoryMarshal.GetReference(values);
        var means = new Vector<float>(mean);
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> difference = Vector.LoadUnsafe(ref source, (nuint)i) - means;
            sums += difference * difference;
        }

        float sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += (values[i] - mean) * (values[i] - mean);
        }

        return sum;
    }
}
