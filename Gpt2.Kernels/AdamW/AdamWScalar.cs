// The Scalar rung of AdamW: the definition, element by element.

namespace Gpt2.Kernels.AdamW;

internal sealed class AdamWScalar : AdamWKernel
{
    public override double SumOfSquares(ReadOnlySpan<float> values)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            UpdateOne(gradients[i], factors, ref weights[i], ref means[i], ref squares[i]);
        }

        if (clearGradients)
        {
            gradients.Clear();
        }
    }
}
