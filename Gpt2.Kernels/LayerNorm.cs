// Layer normalisation in its two steps: bring every row to mean 0 and variance 1, then scale and shift columns.

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

    /// <summary>
    /// Backward of <see cref="Normalise"/>, per row: inputGradient = (g − mean(g) − y · mean(g · y)) / √(variance + ε),
    /// with g the gradient of the output y.
    /// </summary>
    /// <param name="input">[rows, columns], what <see cref="Normalise"/> was given.</param>
    /// <param name="normalised">[rows, columns], what it gave.</param>
    /// <param name="outputGradient">[rows, columns]</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="epsilon">As in <see cref="Normalise"/>.</param>
    /// <param name="inputGradient">[rows, columns]; may be the output's gradient itself.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public void NormaliseBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, int columns,
        float epsilon, Span<float> inputGradient)
    {
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(normalised.Length, input.Length);
        Require.Length(outputGradient.Length, input.Length);
        Require.Length(inputGradient.Length, input.Length);
        Require.SameOrApart(outputGradient, inputGradient);
        for (int row = 0; row < rows; row++)
        {
            int start = row * columns;
            NormaliseRowBackward(
                InverseDeviation(input.Slice(start, columns), epsilon), normalised.Slice(start, columns),
                outputGradient.Slice(start, columns), inputGradient.Slice(start, columns));
        }
    }

    /// <summary>
    /// Backward of <see cref="Scale"/>: inputGradient = outputGradient × gain; gainGradient += Σ over rows of
    /// outputGradient × input; biasGradient += Σ over rows of outputGradient.
    /// </summary>
    /// <param name="input">[rows, columns], what <see cref="Scale"/> was given.</param>
    /// <param name="gain">[columns]</param>
    /// <param name="outputGradient">[rows, columns]</param>
    /// <param name="inputGradient">[rows, columns]; memory of its own.</param>
    /// <param name="gainGradient">[columns], added to.</param>
    /// <param name="biasGradient">[columns], added to.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public void ScaleBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, Span<float> inputGradient,
        Span<float> gainGradient, Span<float> biasGradient)
    {
        int columns = gain.Length;
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(outputGradient.Length, input.Length);
        Require.Length(inputGradient.Length, input.Length);
        Require.Length(gainGradient.Length, columns);
        Require.Length(biasGradient.Length, columns);
        Require.Apart(outputGradient, inputGradient);
        for (int row = 0; row < rows; row++)
        {
            ScaleRowBackward(
                input.Slice(row * columns, columns), gain, outputGradient.Slice(row * columns, columns),
                inputGradient.Slice(row * columns, columns), gainGradient, biasGradient);
        }
    }

    /// <summary>1 / √(variance + ε) of a row, in double precision.</summary>
    private static float InverseDeviation(ReadOnlySpan<float> row, float epsilon)
    {
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            sum += row[i];
        }

        double mean = sum / row.Length;
        double squares = 0;
        for (int i = 0; i < row.Length; i++)
        {
            squares += (row[i] - mean) * (row[i] - mean);
        }

        return (float)(1 / Math.Sqrt((squares / row.Length) + epsilon));
    }

    private protected abstract void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output);

    private protected abstract void ScaleRow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output);

    private protected abstract void NormaliseRowBackward(
        float inverseDeviation, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, Span<float> inputGradient);

    private protected abstract void ScaleRowBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, Span<float> inputGradient,
        Span<float> gainGradient, Span<float> biasGradient);
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

    private protected override void NormaliseRowBackward(
        float inverseDeviation, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        float mean = Tensors.Sum(outputGradient) / outputGradient.Length;
        float projection = Tensors.Dot(outputGradient, normalised) / outputGradient.Length;
        Tensors.Subtract(outputGradient, mean, inputGradient);
        Tensors.MultiplyAdd(normalised, -projection, inputGradient, inputGradient);
        Tensors.Multiply(inputGradient, inverseDeviation, inputGradient);
    }

    private protected override void ScaleRowBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, Span<float> inputGradient,
        Span<float> gainGradient, Span<float> biasGradient)
    {
        Tensors.MultiplyAdd(outputGradient, input, gainGradient, gainGradient);
        Tensors.Add(biasGradient, outputGradient, biasGradient);
        Tensors.Multiply(outputGradient, gain, inputGradient);
    }
}
