// From the residual stream to a probability for every token of the vocabulary.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>The last layer normalisation, the logits and their softmax, for the last token of each sequence or for all.</summary>
public static class LanguageHead
{
    /// <param name="stream">The last block's residual 2, [tokens, channels].</param>
    /// <param name="layers">The model's layers; the final norm and the head are used.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="a">Receives last_hidden_state, last_layernorm, predicted_embedding, logits and probabilities.</param>
    public static void Forward(Matrix stream, Gpt2Layers layers, KernelSet kernels, ForwardActivations a)
    {
        LastHiddenState(stream, a);                                                                         // [rows, channels]
        TransformerBlock.Normalise(a.LastHiddenState, kernels, a.LastLayerNorm);                            // [rows, channels]
        TransformerBlock.Scale(a.LastLayerNorm, layers.FinalNorm, kernels, a.PredictedEmbedding);          // [rows, channels]
        layers.Head.Forward(a.PredictedEmbedding, kernels, a.Logits);                                      // [rows, vocabulary]
        Probabilities(a.Logits, kernels, a.Probabilities);                                                  // [rows, vocabulary]
    }

    private static void LastHiddenState(Matrix stream, ForwardActivations a)
    {
        if (a.HeadRows == HeadRows.All)
        {
            a.LastHiddenState.CopyFrom(stream);
            return;
        }

        int tokens = stream.Rows / a.Sequences;
        a.LastHiddenState.Resize(a.Sequences, stream.Columns);
        for (int sequence = 0; sequence < a.Sequences; sequence++)
        {
            stream.Row(((sequence + 1) * tokens) - 1).CopyTo(a.LastHiddenState.Row(sequence));
        }
    }

    private static void Probabilities(Matrix logits, KernelSet kernels, Matrix probabilities)
    {
        probabilities.Resize(logits.Rows, logits.Columns);
        kernels.Softmax.Rows(logits.Span, logits.Columns, probabilities.Span);
    }
}
