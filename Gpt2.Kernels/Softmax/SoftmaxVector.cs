// The Vector rung of softmax: three passes over a row in portable vectors.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Softmax;

internal sealed class SoftmaxVector : SoftmaxKernel
{
    internal override void Row(ReadOnlySpan<float> input, Span<float> output)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);
        int last = input.Length - Vector<float>.Count;

        float max = Max(input);
        var maxima = new Vector<float>(max);
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= last; i += Vector<float>.Count)
        {
            Vector<float> exponential = Vector.Exp(Vector.LoadUnsafe(in source, (nuint)i) - maxima);
            exponential.StoreUnsafe(ref destination, (nuint)i);
            sums += exponential;
        }

        float sum = Vector.Sum(sums);
        for (; i < input.Length; i++)
        {
            output[i] = MathF.Exp(input[i] - max);
            sum += output[i];
        }

        Scale(output, 1 / sum, output);
    }

    private protected override void Scale(ReadOnlySpan<float> input, float factor, Span<float> output)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);
        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector.LoadUnsafe(in source, (nuint)i) * factor).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            output[i] = input[i] * factor;
        }
    }

    /// <summary>The largest value; NaN if there is one, as in Math.Max.</summary>
    private static float Max(ReadOnlySpan<float> values)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(values);
        float max = values[0];
        int i = 0;
        if (values.Length >= Vector<float>.Count)
        {
            Vector<float> maxima = Vector.LoadUnsafe(in source);
            for (i = Vector<float>.Count; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                maxima = Vector.Max(maxima, Vector.LoadUnsafe(in source, (nuint)i));
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
