// The TensorPrimitives rung of AdamW: one call for each operation of the formula, on blocks that fit in the first-level
// cache.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.AdamW;

internal sealed class AdamWTensorPrimitives : AdamWKernel
{
    private const int Block = 256; // elements of the intermediates, which are on the stack

    public override double SumOfSquares(ReadOnlySpan<float> values)
    {
        Span<double> wide = stackalloc double[Block];
        double sum = 0;
        for (int start = 0; start < values.Length; start += Block)
        {
            ReadOnlySpan<float> block = values[start..Math.Min(start + Block, values.Length)];
            Tensors.ConvertTruncating(block, wide);
            sum += Tensors.SumOfSquares<double>(wide[..block.Length]);
        }

        return sum;
    }

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        Span<float> work = stackalloc float[Block];
        for (int start = 0; start < weights.Length; start += Block)
        {
            int length = Math.Min(Block, weights.Length - start);
            Span<float> w = weights.Slice(start, length), m = means.Slice(start, length), v = squares.Slice(start, length);
            Span<float> block = work[..length];
            Tensors.Multiply(gradients.Slice(start, length), factors.GradientScale, block);
            Tensors.Multiply(m, factors.Beta1, m);
            Tensors.MultiplyAdd(block, factors.Rest1, m, m);
            Tensors.Multiply(block, block, block);
            Tensors.Multiply(v, factors.Beta2, v);
            Tensors.MultiplyAdd(block, factors.Rest2, v, v);
            Tensors.Multiply(v, factors.Correction2, block);
            Tensors.Sqrt(block, block);
            Tensors.Add(block, factors.Epsilon, block);
            Tensors.Divide(m, block, block);
            Tensors.Multiply(w, factors.Keep, w);
            Tensors.MultiplyAdd(block, -factors.Rate, w, w);
        }

        if (clearGradients)
        {
            gradients.Clear();
        }
    }
}
