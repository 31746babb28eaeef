// Softmax: turns a row of scores into a row of probabilities.

using System.Numerics;
using System.Runtime.InteropServices;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

/// <summary>softmax(x)ᵢ = e^(xᵢ − max x) / Σⱼ e^(xⱼ − max x); the subtraction keeps large scores finite.</summary>
public abstract class Softmax
{
    /// <summary>Applies softmax to every row.</summary>
    /// <param name="input">[rows, columns]</param>
    /// <param name="columns">Length of a row, at least 1.</param>
    /// <param name="output">[rows, columns]; may be the input itself. Every row sums to 1 up to rounding.</param>
    /// <remarks>
    /// −∞ among finite scores becomes 0. A row with a NaN, with +∞, or of −∞ alone has no distribution and becomes
    /// NaN throughout. A probability's relative error is below 3e-6 on the Tuned rung in rows of any length, on the others in
    /// rows of some hundreds (Scalar: any).
    /// </remarks>
    /// <exception cref="ArgumentException">Lengths do not fit, or memory overlaps without being the same.</exception>
    public void Rows(ReadOnlySpan<float> input, int columns, Span<float> output)
    {
        int rows = Require.WholeRows(input.Length, columns);
        Require.Length(output.Length, input.Length);
        Require.SameOrApart(input, output);
        RunRows(input, rows, columns, output);
    }

    /// <summary>Every row, on arguments that fit.</summary>
    private protected virtual void RunRows(ReadOnlySpan<float> input, int rows, int columns, Span<float> output)
    {
        for (int row = 0; row < rows; row++)
        {
            Row(input.Slice(row * columns, columns), output.Slice(row * columns, columns));
        }
    }

    /// <summary>One row, not empty, lengths equal: the caller has checked.</summary>
    internal abstract void Row(ReadOnlySpan<float> input, Span<float> output);
}

internal sealed class SoftmaxScalar : Softmax
{
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

internal sealed class SoftmaxTensorPrimitives : Softmax
{
    internal override void Row(ReadOnlySpan<float> input, Span<float> output)
    {
        Tensors.Subtract(input, Tensors.Max(input), output);
        Tensors.Exp(output, output);
        Tensors.Divide(output, Tensors.Sum<float>(output), output);
    }
}

internal sealed class SoftmaxVector : Softmax
{
    internal override void Row(ReadOnlySpan<float> input, Span<float> output)
    {
        ref float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);
        int last = input.Length - Vector<float>.Count;

        float max = Max(input);
        var maxima = new Vector<float>(max);
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= last; i += Vector<float>.Count)
        {
            Vector<float> exponential = Vector.Exp(Vector.LoadUnsafe(ref source, (nuint)i) - maxima);
            exponential.StoreUnsafe(ref destination, (nuint)i);
            sums += exponential;
        }

        float sum = Vector.Sum(sums);
        for (; i < input.Length; i++)
        {
            output[i] = MathF.Exp(input[i] - max);
            sum += output[i];
        }

        float inverse = 1 / sum;
        for (i = 0; i <= last; i += Vector<float>.Count)
        {
            (Vector.LoadUnsafe(ref destination, (nuint)i) * inverse).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            output[i] *= inverse;
        }
    }

    /// <summary>The largest value; NaN if there is one, as Math.Max has it.</summary>
    private static float Max(ReadOnlySpan<float> values)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        float max = values[0];
        int i = 0;
        if (values.Length >= Vector<float>.Count)
        {
            Vector<float> maxima = Vector.LoadUnsafe(ref source);
            for (i = Vector<float>.Count; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                maxima = Vector.Max(maxima, Vector.LoadUnsafe(ref source, (nuint)i));
            }

            for (int lane = 0; lane < Vector<float>.Count; lane++)
            {
                max = MathF.Max(max, maxima[lane]);
            }
        }

        for (; i < values.Length; i++)
        {
            max = MathF.Max(max, values[i]);
        }

        return max;
    }
}
