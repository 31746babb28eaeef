// The backward pass of a linear map, however its weights are stored, and of the gain and bias of a layer normalisation.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="LinearMap"/>. An instance keeps working memory, so it is for one pass at a time.</summary>
internal sealed class LinearBackward
{
    /// <summary>Weights that are expanded at the same time: the largest matrix of a block of GPT-2, or a part of its head.</summary>
    private const int ExpandedWeights = 1 << 22;

    /// <summary>Outputs that one thread expands at a time.</summary>
    private const int ExpandedPerPart = 64;

    private readonly Matrix expanded = new("expanded weights");                                 // [some outputs, inputs]
    private readonly Matrix someGradient = new("gradient of some outputs");                     // [tokens, some outputs]
    private readonly Matrix change = new("a change of the input's gradient");                   // [tokens, inputs]
    private readonly Matrix projected = new("adapter's projected input");                       // [tokens, rank]
    private readonly Matrix projectedGradient = new("gradient of the adapter's projected input");  // [tokens, rank]
    private float[] noBias = [];                                                                // [channels]

    /// <summary>
    /// inputGradient = outputGradient · Wᵀ for output = input · W + b, and the gradients of what is trained are added to.
    /// </summary>
    /// <param name="input">The input of the forward pass, [tokens, inputs].</param>
    /// <param name="map">The map.</param>
    /// <param name="outputGradient">[tokens, outputs]</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="inputGradient">Receives [tokens, inputs].</param>
    /// <param name="gradients">The gradients to add to; weights without a place there are frozen.</param>
    public void Run(
        Matrix input, LinearMap map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, WeightGradients gradients)
    {
        inputGradient.Resize(input.Rows, map.Inputs);
        switch (map)
        {
            case DenseLinear dense:
                Dense(input, dense, outputGradient, kernels, inputGradient, gradients);
                break;
            case TransposedLinear transposed:
                Transposed(input, transposed, outputGradient, kernels, inputGradient, gradients);
                break;
            case PackedLinear packed:
                Packed(packed, outputGradient, kernels, inputGradient);
                break;
            case AdaptedLinear adapted:
                Run(input, adapted.Adapted, outputGradient, kernels, inputGradient, gradients);
                Adapter(input, adapted, outputGradient, kernels, inputGradient, gradients);
                break;
            case AdaptedHead head:
                Run(input, head.Adapted, outputGradient, kernels, inputGradient, gradients);
                Rows(input, head, outputGradient, kernels, inputGradient, gradients);
                break;
            default:
                throw new ArgumentException($"{map} has no backward pass");
        }
    }

    /// <summary>
    /// For output = input × gain + bias, column by column: inputGradient = outputGradient × gain, gain's gradient +=
    /// Σ outputGradient × input and bias's += Σ outputGradient over the rows, unless they are frozen.
    /// </summary>
    public void Scale(
        Matrix input, LayerNormWeights weights, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, WeightGradients gradients)
    {
        inputGradient.Resize(input.Rows, input.Columns);
        if (gradients.Of(weights.Gain) is Matrix gain && gradients.Of(weights.Bias) is Matrix bias)
        {
            kernels.LayerNorm.ScaleBackward(
                input.Span, weights.Gain.Span, outputGradient.Span, inputGradient.Span, gain.Span, bias.Span);
            return;
        }

        noBias = noBias.Length == input.Columns ? noBias : new float[input.Columns];
        kernels.LayerNorm.Scale(outputGradient.Span, weights.Gain.Span, noBias, inputGradient.Span);
    }

    /// <summary>
    /// For output = input · W + b: inputGradient = outputGradient · Wᵀ, W's gradient += inputᵀ · outputGradient, b's +=
    /// the column sums of outputGradient.
    /// </summary>
    private static void Dense(
        Matrix input, DenseLinear map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, WeightGradients gradients)
    {
        kernels.MatMul.MultiplyTransposed(outputGradient.Span, map.Weight.Span, map.Outputs, map.Inputs, inputGradient.Span);
        if (gradients.Of(map.Weight) is Matrix weight)
        {
            kernels.MatMul.AddTransposedProduct(input.Span, outputGradient.Span, map.Inputs, map.Outputs, weight.Span);
        }

        if (map.Bias is not null && gradients.Of(map.Bias) is Matrix bias)
        {
            kernels.MatMul.AddColumnSums(outputGradient.Span, bias.Span);
        }
    }

    /// <summary>
    /// For output = input · Wᵀ: inputGradient = outputGradient · W, W's gradient += outputGradientᵀ · input. If W is
    /// wte, its gradient is the embedding's too: both are added to it.
    /// </summary>
    private static void Transposed(
        Matrix input, TransposedLinear map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, WeightGradients gradients)
    {
        kernels.MatMul.Multiply(outputGradient.Span, map.Weight.Span, [], map.Outputs, map.Inputs, inputGradient.Span);
        if (gradients.Of(map.Weight) is Matrix weight)
        {
            kernels.MatMul.AddTransposedProduct(outputGradient.Span, input.Span, map.Outputs, map.Inputs, weight.Span);
        }
    }

    /// <summary>
    /// Packed weights are frozen: only inputGradient = outputGradient · Wᵀ. They are expanded to Wᵀ [outputs, inputs], of a large
    /// matrix some outputs at a time, whose parts of the gradient are added.
    /// </summary>
    private void Packed(PackedLinear map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient)
    {
        int atOnce = Math.Min(map.Outputs, Math.Max(1, ExpandedWeights / map.Inputs));
        for (int first = 0; first < map.Outputs; first += atOnce)
        {
            int count = Math.Min(atOnce, map.Outputs - first);
            Expand(map, first, count, kernels);
            Matrix given = outputGradient;
            if (count < map.Outputs)
            {
                kernels.CopyColumns.Apply(outputGradient, from: first, count, someGradient);
                given = someGradient;
            }

            if (first == 0)
            {
                kernels.MatMul.Multiply(given.Span, expanded.Span, [], count, map.Inputs, inputGradient.Span);
                continue;
            }

            change.Resize(inputGradient.Rows, map.Inputs);
            kernels.MatMul.Multiply(given.Span, expanded.Span, [], count, map.Inputs, change.Span);
            kernels.Add.Apply(inputGradient.Span, change.Span, inputGradient.Span);
        }
    }

    private void Expand(PackedLinear map, int first, int count, KernelSet kernels)
    {
        expanded.Resize(count, map.Inputs);
        kernels.ForEach((count + ExpandedPerPart - 1) / ExpandedPerPart, part =>
        {
            for (int output = part * ExpandedPerPart; output < Math.Min(count, (part + 1) * ExpandedPerPart); output++)
            {
                map.CopyWeightsOf(first + output, expanded.Row(output));
            }
        });
    }

    /// <summary>
    /// For change = (scale · x · B) · A of some logits, of which g is the gradient: A's gradient += (scale · x · B)ᵀ · g. With
    /// d = scale · g · Aᵀ: B's gradient += xᵀ · d, and inputGradient += d · Bᵀ.
    /// </summary>
    private void Rows(
        Matrix input, AdaptedHead head, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, WeightGradients gradients)
    {
        (Matrix a, Matrix b, float scale) = head.Rows.Update;
        int rank = head.Rows.Update.Rank;
        kernels.CopyColumns.Apply(outputGradient, head.Rows.First, head.Rows.Count, someGradient);
        if (gradients.Of(a) is Matrix ofA)
        {
            head.Project(input, kernels, projected);
            kernels.MatMul.AddTransposedProduct(projected.Span, someGradient.Span, rank, head.Rows.Count, ofA.Span);
        }

        projectedGradient.Resize(input.Rows, rank);
        kernels.MatMul.MultiplyTransposed(someGradient.Span, a.Span, head.Rows.Count, rank, projectedGradient.Span);
        AdaptedLinear.Multiply(projectedGradient, scale);
        if (gradients.Of(b) is Matrix ofB)
        {
            kernels.MatMul.AddTransposedProduct(input.Span, projectedGradient.Span, head.Inputs, rank, ofB.Span);
        }

        change.Resize(input.Rows, head.Inputs);
        kernels.MatMul.MultiplyTransposed(projectedGradient.Span, b.Span, rank, head.Inputs, change.Span);
        kernels.Add.Apply(inputGradient.Span, change.Span, inputGradient.Span);
    }

    /// <summary>
    /// For change = (scale · x · Aᵀ) · Bᵀ with x = drop(input): B's gradient += outputGradientᵀ · (scale · x · Aᵀ). With
    /// d = scale · outputGradient · B: A's gradient += dᵀ · x, and inputGradient += mask × (d · A).
    /// </summary>
    private void Adapter(
        Matrix input, AdaptedLinear map, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, WeightGradients gradients)
    {
        (Matrix a, Matrix b, float scale) = map.Update;
        int rank = map.Update.Rank;
        Matrix kept = map.InputOf(input);
        if (gradients.Of(b) is Matrix ofB)
        {
            map.Project(kept, kernels, projected);
            kernels.MatMul.AddTransposedProduct(outputGradient.Span, projected.Span, map.Outputs, rank, ofB.Span);
        }

        projectedGradient.Resize(input.Rows, rank);
        kernels.MatMul.Multiply(outputGradient.Span, b.Span, [], map.Outputs, rank, projectedGradient.Span);
        AdaptedLinear.Multiply(projectedGradient, scale);
        if (gradients.Of(a) is Matrix ofA)
        {
            kernels.MatMul.AddTransposedProduct(projectedGradient.Span, kept.Span, rank, map.Inputs, ofA.Span);
        }

        change.Resize(input.Rows, map.Inputs);
        kernels.MatMul.Multiply(projectedGradient.Span, a.Span, [], rank, map.Inputs, change.Span);
        map.DropoutBackward(change);
        kernels.Add.Apply(inputGradient.Span, change.Span, inputGradient.Span);
    }
}
