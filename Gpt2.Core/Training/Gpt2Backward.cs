// The backward pass of the whole model: Gpt2Model.Forward in reverse, from the loss to the embeddings.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="Gpt2Model"/> with the mean cross-entropy as loss.</summary>
internal sealed class Gpt2Backward
{
    private readonly Matrix logits = new("gradient of logits");                             // [tokens, vocabulary]
    private readonly Matrix predictedEmbedding = new("gradient of predicted_embedding");    // [tokens, channels]
    private readonly Matrix lastLayerNorm = new("gradient of last_layernorm");              // [tokens, channels]
    private BlockGradients? block;

    /// <summary>Adds the gradients of the loss for a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The tokens of the forward pass.</param>
    /// <param name="targets">For each token the one that follows, or −1 if it does not count.</param>
    /// <param name="counted">The divisor of the summed loss: the number of counted targets in the whole batch.</param>
    /// <param name="a">The activations of the forward pass, with every block and every row.</param>
    /// <param name="gradients">The gradients to add to.</param>
    public void Run(
        Gpt2Model model, ReadOnlySpan<int> ids, ReadOnlySpan<int> targets, int counted, ForwardActivations a, Gpt2Gradients gradients)
    {
        if (a.HeadRows != HeadRows.All || !a.KeepsEveryBlock(model.Config))
        {
            throw new ArgumentException("the backward pass needs activations that keep every block and every row");
        }

        Gpt2Weights weights = model.Weights;
        Gpt2Weights weightGradients = gradients.Weights;
        KernelSet kernels = model.Kernels;
        BlockGradients g = block ??= new BlockGradients(a.Dropout is not null);

        LogitsGradient(a.Probabilities, targets, counted, kernels, logits);                         // [tokens, vocabulary]
        LinearBackward.Transposed(
            a.PredictedEmbedding, weights.Head, logits, kernels,
            predictedEmbedding, weightGradients.Head);                                              // [tokens, channels]
        TransformerBlockBackward.ScaleBackward(
            a.LastLayerNorm, weights.FinalNorm, predictedEmbedding, kernels,
            lastLayerNorm, weightGradients.FinalNorm);                                              // [tokens, channels]
        g.Residual2.Resize(lastLayerNorm.Rows, lastLayerNorm.Columns);
        kernels.LayerNorm.NormaliseBackward(
            a.LastHiddenState.Span, a.LastLayerNorm.Span, lastLayerNorm.Span, lastLayerNorm.Columns,
            TransformerBlock.LayerNormEpsilon, g.Residual2.Span);                                   // [tokens, channels]

        for (int i = model.Config.Layers - 1; i >= 0; i--)
        {
            new TransformerBlockBackward(weights.Blocks[i], model.Config.Heads, kernels, weightGradients.Blocks[i]).Backward(a.Block(i), g);
        }

        if (a.Dropout is not null)
        {
            Dropout.Multiply(a.EmbeddingMask, g.Input);
        }

        EmbeddingGradients(ids, a.Sequences, g.Input, kernels, weightGradients.TokenEmbedding, weightGradients.PositionEmbedding);
    }

    // loss = mean of −ln softmax(logits)[target]
    private static void LogitsGradient(Matrix probabilities, ReadOnlySpan<int> targets, int counted, KernelSet kernels, Matrix logits)
    {
        logits.Resize(probabilities.Rows, probabilities.Columns);
        kernels.Softmax.CrossEntropyBackward(probabilities.Span, targets, probabilities.Columns, 1f / counted, logits.Span);
    }

    // embedding = wte[id] + wpe[position], so the gradient of each row is added to the two rows it came from.
    private static void EmbeddingGradients(
        ReadOnlySpan<int> ids, int sequences, Matrix gradient, KernelSet kernels, Matrix wte, Matrix wpe)
    {
        int tokens = ids.Length / sequences;
        for (int row = 0; row < ids.Length; row++)
        {
            Span<float> given = gradient.Row(row), token = wte.Row(ids[row]), position = wpe.Row(row % tokens);
            kernels.Add.Apply(token, given, token);
            kernels.Add.Apply(position, given, position);
        }
    }
}
