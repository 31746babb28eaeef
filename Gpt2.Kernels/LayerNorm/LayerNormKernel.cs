// Layer normalisation in two steps: bring every row to mean 0 and variance 1, then scale and shift its columns.

namespace Gpt2.Kernels.LayerNorm;

/// <summary>
/// Layer normalisation. Ba, Kiros and Hinton, "Layer Normalization", section 3; GPT-2 uses the population variance
/// and ε = 1e-5.
/// </summary>
public abstract class LayerNormKernel
{
    /// <summary>
    /// Per row: output = (input − mean) / √(variance + ε), with variance = Σ(input − mean)² / columns.
    /// </summary>
    /// <param name="input">[rows, columns]</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="epsilon">ε; it keeps a constant row finite: the row becomes zeros.</param>
    /// <param name="output">[rows, columns]; may be the input itself.</param>
    /// <remarks>
    /// A NaN or an infinity makes its whole row NaN and does not affect other rows. Finite rows of any size are
    /// normalised, except that on the TensorPrimitives rung a row becomes NaN if a difference from its mean overflows.
    /// </remarks>
    /// <exception cref="ArgumentException">Lengths do not match, or memory overlaps without being the same.</exception>
    public void Normalise(ReadOnlySpan<float> input, int columns, float epsilon, Span<float> output)
    {
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(output.Length, input.Length);
        Require.SameOrApart(input, output);
        NormaliseRows(input, rows, columns, epsilon, output);
    }

    /// <summary>Per row: output = input × gain + bias, column by column.</summary>
    /// <param name="input">[rows, columns], where columns is the length of <paramref name="gain"/>.</param>
    /// <param name="gain">[columns]</param>
    /// <param name="bias">[columns]</param>
    /// <param name="output">[rows, columns]; may be the input itself.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or memory overlaps without being the same.</exception>
    public void Scale(ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, Span<float> output)
    {
        int columns = gain.Length;
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(bias.Length, columns);
        Require.Length(output.Length, input.Length);
        Require.SameOrApart(input, output);
        Require.Apart(gain, output);
        Require.Apart(bias, output);
        ScaleRows(input, gain, bias, rows, output);
    }

    /// <summary>
    /// Backward of <see cref="Normalise"/>, per row: inputGradient = (g − mean(g) − y · mean(g · y)) / √(variance + ε),
    /// with g the gradient of the output y.
    /// </summary>
    /// <param name="input">[rows, columns], the input of <see cref="Normalise"/>.</param>
    /// <param name="normalised">[rows, columns], the output of <see cref="Normalise"/>.</param>
    /// <param name="outputGradient">[rows, columns]</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="epsilon">As in <see cref="Normalise"/>.</param>
    /// <param name="inputGradient">[rows, columns]; may be <paramref name="outputGradient"/>.</param>
    /// <exception cref="ArgumentException">Lengths do not match.</exception>
    public void NormaliseBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, int columns,
        float epsilon, Span<float> inputGradient)
    {
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(normalised.Length, input.Length);
        Require.Length(outputGradient.Length, input.Length);
        Require.Length(inputGradient.Length, input.Length);
        Require.SameOrApart(outputGradient, inputGradient);
        NormaliseRowsBackward(input, normalised, outputGradient, rows, columns, epsilon, inputGradient);
    }

    /// <summary>
    /// Backward of <see cref="Scale"/>: inputGradient = outputGradient × gain; gainGradient += Σ over rows of
    /// outputGradient × input; biasGradient += Σ over rows of outputGradient.
    /// </summary>
    /// <param name="input">[rows, columns], the input of <see cref="Scale"/>.</param>
    /// <param name="gain">[columns]</param>
    /// <param name="outputGradient">[rows, columns]</param>
    /// <param name="inputGradient">[rows, columns]; must not overlap the sources.</param>
    /// <param name="gainGradient">[columns], added to.</param>
    /// <param name="biasGradient">[columns], added to.</param>
    /// <exception cref="ArgumentException">Lengths do not match.</exception>
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
        ScaleRowsBackward(input, gain, outputGradient, rows, inputGradient, gainGradient, biasGradient);
    }

    private protected abstract void NormaliseRows(ReadOnlySpan<float> input, int rows, int columns, float epsilon, Span<float> output);

    private protected abstract void ScaleRows(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, int rows, Span<float> output);

    private protected abstract void NormaliseRowsBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, int rows, int columns,
        float epsilon, Span<float> inputGradient);

    private protected abstract void ScaleRowsBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, int rows,
        Span<float> inputGradient, Span<float> gainGradient, Span<float> biasGradient);
}
