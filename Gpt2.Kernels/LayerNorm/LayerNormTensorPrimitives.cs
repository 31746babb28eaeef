// The TensorPrimitives rung of LayerNorm.

using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels.LayerNorm;

internal sealed class LayerNormTensorPrimitives : LayerNormByRows
{
    private protected override void NormaliseRow(ReadOnlySpan<float> input, float epsilon, Span<float> output)
    {
        float mean = Tensors.Sum(input) / input.Length;
        if (!float.IsFinite(mean))
        {
            RowInDouble.Normalise(input, epsilon, output);
            return;
        }

        Tensors.Subtract(input, mean, output);
        Tensors.Subtract(output, Tensors.Sum<float>(output) / output.Length, output); // corrects the rounding of the mean
        float variance = Tensors.SumOfSquares<float>(output) / output.Length;
        if (float.IsFinite(variance))
        {
            Tensors.Multiply(output, 1 / MathF.Sqrt(variance + epsilon), output);
        }
        else
        {
            RowInDouble.Normalise(output, epsilon, output);
        }
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
