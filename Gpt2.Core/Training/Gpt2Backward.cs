// The backward pass of the whole model: Gpt2Model.Forward in reverse, from the gradient of the logits, or of the row below
// them, to the embeddings. The cross-entropy of training begins it here; other losses are in PostTraining.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="Gpt2Model"/>. A loss writes one of the two gradients, from which a pass begins.</summary>
internal sealed class Gpt2Backward
{
    private readonly Matrix lastLayerNorm = new("gradient of last_layernorm");              // [head rows, channels]
    private readonly Matrix lastHiddenState = new("gradient of last_hidden_state");         // [head rows, channels]
    private readonly LinearBackward linear = new();
    private BlockGradients? block;

    /// <summary>The gradient of the logits, which a loss on logits writes.</summary>
    public Matrix Logits { get; } = new("gradient of logits");                              // [head rows, vocabulary]

    /// <summary>The gradient of the head's input, which a loss that has a head of its own writes.</summary>
    public Matrix PredictedEmbedding { get; } = new("gradient of predicted_embedding");     // [head rows, channels]

    /// <summary>Adds the gradients of the mean cross-entropy for a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The tokens of the forward pass.</param>
    /// <param name="targets">For each token the one that follows, or −1 if it does not count.</param>
    /// <param name="counted">The divisor of the summed loss: the number of counted targets in the whole batch.</param>
    /// <param name="a">The activations of the forward pass, with every block and every row.</param>
    /// <param name="gradients">The gradients to add to.</param>
    public void Run(
        Gpt2Model model, ReadOnlySpan<int> ids, ReadOnlySpan<int> targets, int counted, ForwardActivations a, WeightGradients gradients)
    {
        RequireKept(model, a);
        LogitsGradient(a.Probabilities, targets, counted, model.Kernels, Logits);                   // [tokens, vocabulary]
        FromLogits(model, ids, a, gradients);
    }

    /// <summary>Adds the gradients of a loss of which <see cref="Logits"/> has the gradient.</summary>
    /// <inheritdoc cref="Run"/>
    public void FromLogits(Gpt2Model model, ReadOnlySpan<int> ids, ForwardActivations a, WeightGradients gradients)
    {
        linear.Run(
            a.PredictedEmbedding, model.Layers.Head, Logits, model.Kernels, PredictedEmbedding, gradients); // [head rows, channels]
        FromPredictedEmbedding(model, ids, a, gradients);
    }

    /// <summary>Adds the gradients of a loss of which <see cref="PredictedEmbedding"/> has the gradient.</summary>
    /// <inheritdoc cref="Run"/>
    public void FromPredictedEmbedding(Gpt2Model model, ReadOnlySpan<int> ids, ForwardActivations a, WeightGradients gradients)
    {
        RequireKept(model, a);
        Gpt2Layers layers = model.Layers;
        KernelSet kernels = model.Kernels;
        BlockGradients g = block ??= new BlockGradients(a.Dropout is not null);

        linear.Scale(
            a.LastLayerNorm, layers.FinalNorm, PredictedEmbedding, kernels, lastLayerNorm, gradients);     // [head rows, channels]
        Matrix lastRows = a.ChosenRows is null ? g.Residual2 : lastHiddenState;
        lastRows.Resize(lastLayerNorm.Rows, lastLayerNorm.Columns);
        kernels.LayerNorm.NormaliseBackward(
            a.LastHiddenState.Span, a.LastLayerNorm.Span, lastLayerNorm.Span, lastLayerNorm.Columns,
            model.Config.LayerNormEpsilon, lastRows.Span);                                                 // [head rows, channels]
        if (a.ChosenRows is int[] chosen)
        {
            StreamGradient(lastRows, chosen, ids.Length, g.Residual2);                                     // [tokens, channels]
        }

        for (int i = model.Config.Layers - 1; i >= 0; i--)
        {
            new TransformerBlockBackward(layers.Blocks[i], model.Config, i, kernels, linear, gradients).Backward(a.Block(i), g);
        }

        if (a.Dropout is not null)
        {
            Dropout.Multiply(a.EmbeddingMask, g.Input);
        }

        EmbeddingGradients(ids, a.Sequences, g.Input, layers, kernels, gradients);
        if (layers.TokenEmbedding is AdaptedEmbedding adapted)
        {
            RowGradients(ids, g.Input, adapted.Rows, gradients);
        }
    }

    private static void RequireKept(Gpt2Model model, ForwardActivations a)
    {
        if ((a.HeadRows != HeadRows.All && a.ChosenRows is null) || !a.KeepsEveryBlock(model.Config))
        {
            throw new ArgumentException("the backward pass needs activations that keep every block and every row");
        }
    }

    // loss = mean of −ln softmax(logits)[target]
    private static void LogitsGradient(Matrix probabilities, ReadOnlySpan<int> targets, int counted, KernelSet kernels, Matrix logits)
    {
        logits.Resize(probabilities.Rows, probabilities.Columns);
        kernels.Softmax.CrossEntropyBackward(probabilities.Span, targets, probabilities.Columns, 1f / counted, logits.Span);
    }

    // last_hidden_state = the chosen rows of the stream, so the gradient of the other rows is 0.
    private static void StreamGradient(Matrix lastHiddenState, int[] chosen, int tokens, Matrix stream)
    {
        stream.Resize(tokens, lastHiddenState.Columns);
        stream.Span.Clear();
        for (int row = 0; row < chosen.Length; row++)
        {
            lastHiddenState.Row(row).CopyTo(stream.Row(chosen[row]));
        }
    }

    // embedding = wte[id] + wpe[position], so the gradient of each row is added to the two rows it came from.
    private static void EmbeddingGradients(
        ReadOnlySpan<int> ids, int sequences, Matrix gradient, Gpt2Layers layers, KernelSet kernels, WeightGradients gradients)
    {
        if (layers.TokenEmbedding is not DenseEmbedding embedding
            || gradients.Of(embedding.Weight) is not Matrix wte || gradients.Of(layers.PositionEmbedding) is not Matrix wpe)
        {
            return; // frozen
        }

        int tokens = ids.Length / sequences;
        for (int row = 0; row < ids.Length; row++)
        {
            Span<float> given = gradient.Row(row), token = wte.Row(ids[row]), position = wpe.Row(row % tokens);
            kernels.Add.Apply(token, given, token);
            kernels.Add.Apply(position, given, position);
        }
    }

    // row = wte[id] + scale · B · (column of A), so A's column gets scale · Bᵀ · gradient, and B scale · gradient · (column)ᵀ.
    private static void RowGradients(ReadOnlySpan<int> ids, Matrix gradient, RowUpdate rows, WeightGradients gradients)
    {
        (Matrix a, Matrix b, float scale) = rows.Update;
        if (gradients.Of(a) is not Matrix ofA || gradients.Of(b) is not Matrix ofB)
        {
            return; // frozen
        }

        for (int row = 0; row < ids.Length; row++)
        {
            if (!rows.Has(ids[row]))
            {
                continue;
            }

            int column = ids[row] - rows.First;
            Span<float> given = gradient.Row(row);
            for (int k = 0; k < rows.Update.Rank; k++)
            {
                float sum = 0, ofColumn = scale * a[k, column];
                for (int channel = 0; channel < given.Length; channel++)
                {
                    sum += given[channel] * b[channel, k];
                    ofB[channel, k] += given[channel] * ofColumn;
                }

                ofA[k, column] += scale * sum;
            }
        }
    }
}
