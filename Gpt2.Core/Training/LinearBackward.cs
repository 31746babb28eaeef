// The backward pass of a linear map.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="DenseLinear"/> and <see cref="TransposedLinear"/>.</summary>
internal static class LinearBackward
{
    /// <summary>
    /// For output = input · W + b: inputGradient = outputGradient · Wᵀ, W's gradient += inputᵀ · outputGradient, b's +=
    /// the column sums of outputGradient.
    /// </summary>
    public static void Dense(
        Matrix input, DenseLinear map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, DenseLinear mapGradient)
    {
        inputGradient.Resize(input.Rows, map.Inputs);
        kernels.MatMul.MultiplyTransposed(outputGradient.Span, map.Weight.Span, map.Outputs, map.Inputs, inputGradient.Span);
        kernels.MatMul.AddTransposedProduct(
            input.Span, outputGradient.Span, map.Inputs, map.Outputs, mapGradient.Weight.Span);
        if (mapGradient.Bias is not null)
        {
            kernels.MatMul.AddColumnSums(outputGradient.Span, mapGradient.Bias.Span);
        }
    }

    /// <summary>
    /// For output = input · Wᵀ: inputGradient = outputGradient · W, W's gradient += outputGradientᵀ · input. If W is
    /// wte, its gradient is the embedding's too: both are added to it.
    /// </summary>
    public static void Transposed(
        Matrix input, TransposedLinear map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, TransposedLinear mapGradient)
    {
        inputGradient.Resize(input.Rows, map.Inputs);
        kernels.MatMul.Multiply(outputGradient.Span, map.Weight.Span, [], map.Outputs, map.Inputs, inputGradient.Span);
        kernels.MatMul.AddTransposedProduct(
            outputGradient.Span, input.Span, map.Outputs, map.Inputs, mapGradient.Weight.Span);
    }
}
