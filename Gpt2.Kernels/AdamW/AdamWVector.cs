// The Vector rung of AdamW: one pass over memory in portable vectors.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.AdamW;

internal sealed class AdamWVector : AdamWKernel
{
    public override double SumOfSquares(ReadOnlySpan<float> values)
    {
        Vector<double> sums = Vector<double>.Zero;
        ref readonly float source = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(in source, (nuint)i), out Vector<double> lower, out Vector<double> upper);
            sums += (lower * lower) + (upper * upper);
        }

        double sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        ref readonly float g = ref MemoryMarshal.GetReference(gradients);
        ref float w = ref MemoryMarshal.GetReference(weights);
        ref float m = ref MemoryMarshal.GetReference(means);
        ref float v = ref MemoryMarshal.GetReference(squares);

        int i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.LoadUnsafe(in g, (nuint)i) * factors.GradientScale;
            Vector<float> mean = (Vector.LoadUnsafe(in m, (nuint)i) * factors.Beta1) + (gradient * factors.Rest1);
            Vector<float> square = (Vector.LoadUnsafe(in v, (nuint)i) * factors.Beta2) + (gradient * gradient * factors.Rest2);
            Vector<float> root = Vector.SquareRoot(square * factors.Correction2) + new Vector<float>(factors.Epsilon);
            Vector<float> weight = (Vector.LoadUnsafe(in w, (nuint)i) * factors.Keep) - (factors.Rate * mean / root);
            mean.StoreUnsafe(ref m, (nuint)i);
            square.StoreUnsafe(ref v, (nuint)i);
            weight.StoreUnsafe(ref w, (nuint)i);
        }

        for (; i < weights.Length; i++)
        {
            UpdateOne(gradients[i], factors, ref weights[i], ref means[i], ref squares[i]);
        }

        if (clearGradients)
        {
            gradients.Clear();
        }
    }
}
