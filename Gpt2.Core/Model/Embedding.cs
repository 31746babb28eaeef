// From token ids to the residual stream: a row of wte for each token, and a row of wpe added for its position.

using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>The two embeddings.</summary>
internal static class Embedding
{
    /// <summary>token_embeddings[t] = wte[id t].</summary>
    /// <param name="ids">Token ids, each below the rows of wte.</param>
    /// <param name="wte">[vocabulary, channels]</param>
    /// <param name="tokenEmbeddings">Receives [tokens, channels].</param>
    public static void Tokens(ReadOnlySpan<int> ids, EmbeddingTable wte, Matrix tokenEmbeddings)
    {
        tokenEmbeddings.Resize(ids.Length, wte.Channels);
        for (int token = 0; token < ids.Length; token++)
        {
            wte.CopyRow(ids[token], tokenEmbeddings.Row(token));
        }
    }

    /// <summary>
    /// position_embeddings[t] = token_embeddings[t] + wpe[past + t], t counted from the first row of a sequence.
    /// </summary>
    /// <param name="tokenEmbeddings">[tokens, channels]</param>
    /// <param name="rows">The rows of each sequence.</param>
    /// <param name="wpe">[context, channels]</param>
    /// <param name="cache">Holds the tokens before these; null if there are none.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="positionEmbeddings">Receives [tokens, channels].</param>
    public static void Positions(
        Matrix tokenEmbeddings, SequenceRows rows, Matrix wpe, KeyValueCache? cache, KernelSet kernels, Matrix positionEmbeddings)
    {
        positionEmbeddings.Resize(tokenEmbeddings.Rows, tokenEmbeddings.Columns);
        for (int sequence = 0; sequence < rows.Count; sequence++)
        {
            int first = rows.First(sequence), tokens = rows.Of(sequence), past = cache?.LengthOf(sequence) ?? 0;
            kernels.Add.Apply(
                tokenEmbeddings.RowRange(first, tokens), wpe.RowRange(past, tokens), positionEmbeddings.RowRange(first, tokens));
        }
    }
}
