// What the rungs of LayerNorm below Tuned have in common: the loop over rows.

namespace Gpt2.Kernels.LayerNorm;

/// <summary>Normalises one row after another.</summary>
internal abstract class LayerNormByRows : LayerNormKernel
{
    private protected sealed override void NormaliseRows(
        ReadOnlySpan<float> input, int rows, int columns, float epsilon, Span<float> output)
    {
        for (int row = 0; row < rows; row++)
        {
            NormaliseRow(input.Slice(row * columns, columns), epsilon, output.Slice(row * columns, columns));
        }
    }

    private protected sealed override void ScaleRows(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, int rows, Span<float> output)
    {
        int columns = gain.Length;
        for (int row = 0; row < rows; row++)
        {
            ScaleRow(input.Slice(row * columns, columns), gain, bias, output.Slice(row * columns, columns));
        }
    }

    private protected sealed override void NormaliseRowsBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, int rows, int columns,
        float epsilon, Span<float> inputGradient)
    {
        for (int row = 0; row < rows; row++)
        {
            int start = row * columns;
            NormaliseRowBackward(
                RowInDouble.InverseDeviation(input.Slice(start, columns), epsilon), normalised.Slice(start, columns),
                outputGradient.Slice(start, columns), inputGradient.Slice(start, columns));
        }
    }

    private protected sealed override void ScaleRowsBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, int rows,
        Span<float> inputGradient, Span<float> gainGradient, Span<float> biasGradient)
    {
        int columns = gain.Length;
        for (int row = 0; row < rows; row++)
        {
            ScaleRowBackward(
                input.Slice(row * columns, columns), gain, outputGradient.Slice(row * columns, columns),
                inputGradient.Slice(row * columns, columns), gainGradient, biasGradient);
        }
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
