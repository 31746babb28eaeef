// From the residual stream to a probability for every token of the vocabulary.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>
/// The last layer normalisation, the logits and their softmax, for the last token of each sequence or for all.
/// </summary>
internal static class LanguageHead
{
    /// <param name="stream">The last block's residual 2, [tokens, channels].</param>
    /// <param name="norm">ln_f</param>
    /// <param name="epsilon">The ε of ln_f.</param>
    /// <param name="head">The map from channels to the vocabulary.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="a">
    /// Receives last_hidden_state, last_layernorm, predicted_embedding, logits and probabilities.
    /// </param>
    public static void Forward(Matrix stream, LayerNormWeights norm, float epsilon, LinearMap head, KernelSet kernels, ForwardActivations a)
    {
        FinalNorm(stream, norm, epsilon, kernels, a);                                                          // [rows, channels]
        head.Forward(a.PredictedEmbedding, kernels, a.Logits);                                                 // [rows, vocabulary]
        kernels.Softmax.Rows(a.Logits, a.Probabilities);                                                       // [rows, vocabulary]
    }

    /// <summary>The part before the logits.</summary>
    /// <param name="stream">The last block's residual 2, [tokens, channels].</param>
    /// <param name="norm">ln_f</param>
    /// <param name="epsilon">The ε of ln_f.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="a">Receives last_hidden_state, last_layernorm and predicted_embedding.</param>
    public static void FinalNorm(Matrix stream, LayerNormWeights norm, float epsilon, KernelSet kernels, ForwardActivations a)
    {
        LastHiddenState(stream, a);                                                                            // [rows, channels]
        kernels.LayerNorm.Normalise(a.LastHiddenState, epsilon, a.LastLayerNorm);                              // [rows, channels]
        kernels.LayerNorm.Scale(a.LastLayerNorm, norm.Gain, norm.Bias, a.PredictedEmbedding);                  // [rows, channels]
    }

    private static void LastHiddenState(Matrix stream, ForwardActivations a)
    {
        if (a.ChosenRows is int[] chosen)
        {
            a.LastHiddenState.Resize(chosen.Length, stream.Columns);
            for (int row = 0; row < chosen.Length; row++)
            {
                stream.Row(chosen[row]).CopyTo(a.LastHiddenState.Row(row));
            }

            return;
        }

        if (a.HeadRows == HeadRows.All)
        {
            a.LastHiddenState.CopyFrom(stream);
            return;
        }

        a.LastHiddenState.Resize(a.Rows.Count, stream.Columns);
        for (int sequence = 0; sequence < a.Rows.Count; sequence++)
        {
            int last = a.Rows.First(sequence) + a.Rows.Of(sequence) - 1;
            stream.Row(last).CopyTo(a.LastHiddenState.Row(sequence));
        }
    }
}
