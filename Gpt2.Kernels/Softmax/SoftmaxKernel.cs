// Softmax: turns a row of scores into a row of probabilities.

namespace Gpt2.Kernels.Softmax;

/// <summary>softmax(x)ᵢ = e^(xᵢ − max x) / Σⱼ e^(xⱼ − max x); the subtraction keeps large scores finite.</summary>
public abstract class SoftmaxKernel
{
    /// <summary>Applies softmax to every row.</summary>
    /// <param name="input">[rows, columns]</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="output">[rows, columns]; may be the input itself. Every row sums to 1 up to rounding.</param>
    /// <remarks>
    /// −∞ among finite scores becomes 0. A row with a NaN, with +∞, or of −∞ alone has no distribution and becomes NaN
    /// throughout. The relative error of a probability is below 3e-6 in rows of any length on the Tuned and Scalar
    /// rungs, and in rows of some hundreds on the others.
    /// </remarks>
    /// <exception cref="ArgumentException">Lengths do not match, or memory overlaps without being the same.</exception>
    public void Rows(ReadOnlySpan<float> input, int columns, Span<float> output)
    {
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(output.Length, input.Length);
        Require.SameOrApart(input, output);
        RunRows(input, rows, columns, output);
    }

    /// <summary>
    /// The gradient of the summed cross-entropy, times a share, at the softmax's input: share · (probability − 1 at the
    /// target, probability elsewhere). A row with target −1 does not count: its gradient is 0.
    /// </summary>
    /// <param name="probabilities">The output of softmax, [rows, columns].</param>
    /// <param name="targets">The correct column of each row, or −1, [rows].</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="share">The gradient is multiplied by this: 1 / rows for the gradient of the mean.</param>
    /// <param name="gradient">[rows, columns]; may be the probabilities themselves.</param>
    /// <exception cref="ArgumentException">
    /// Lengths do not match, a target is not a column, or memory overlaps without being the same.
    /// </exception>
    public void CrossEntropyBackward(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<int> targets, int columns, float share, Span<float> gradient)
    {
        int rows = Require.WholeRows(probabilities.Length, columns);
        Require.Length(targets.Length, rows);
        Require.Length(gradient.Length, probabilities.Length);
        Require.SameOrApart(probabilities, gradient);
        foreach (int target in targets)
        {
            if (target < -1 || target >= columns)
            {
                throw new ArgumentException($"a target is {target}, expected -1 or a column below {columns}");
            }
        }

        RunCrossEntropyBackward(probabilities, targets, columns, share, gradient);
    }

    /// <summary>Every row, on checked arguments.</summary>
    private protected virtual void RunCrossEntropyBackward(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<int> targets, int columns, float share, Span<float> gradient)
    {
        for (int row = 0; row < targets.Length; row++)
        {
            CrossEntropyBackwardRow(probabilities.Slice(row * columns, columns), targets[row], share, gradient.Slice(row * columns, columns));
        }
    }

    private protected void CrossEntropyBackwardRow(ReadOnlySpan<float> probabilities, int target, float share, Span<float> gradient)
    {
        if (target < 0)
        {
            gradient.Clear();
            return;
        }

        Scale(probabilities, share, gradient);
        gradient[target] -= share;
    }

    /// <summary>output = input × factor; the lengths are equal.</summary>
    private protected abstract void Scale(ReadOnlySpan<float> input, float factor, Span<float> output);

    /// <summary>Every row, on checked arguments.</summary>
    private protected virtual void RunRows(ReadOnlySpan<float> input, int rows, int columns, Span<float> output)
    {
        for (int row = 0; row < rows; row++)
        {
            Row(input.Slice(row * columns, columns), output.Slice(row * columns, columns));
        }
    }

    /// <summary>One row, which is not empty; the lengths are equal.</summary>
    internal abstract void Row(ReadOnlySpan<float> input, Span<float> output);
}
