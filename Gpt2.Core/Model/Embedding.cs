// From token ids to the residual stream: a row of wte for each token, and a row of wpe added for its position.

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
    /// position_embeddings[t] = token_embeddings[t] + wpe[past + t]; each sequence starts at the same position.
    /// </summary>
    /// <param name="tokenEmbeddings">[tokens, channels]</param>
    /// <param name="sequences">Number of sequences of equal length in the rows.</param>
    /// <param name="wpe">[context, channels]</param>
    /// <param name="past">Number of tokens before these.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="positionEmbeddings">Receives [tokens, channels].</param>
    public static void Positions(
        Matrix tokenEmbeddings, int sequences, Matrix wpe, int past, KernelSet kernels, Matrix positionEmbeddings)
    {
        positionEmbeddings.Resize(tokenEmbeddings.Rows, tokenEmbeddings.Columns);
        int tokens = tokenEmbeddings.Rows / sequences;
        for (int first = 0; first < tokenEmbeddings.Rows; first += tokens)
        {
            kernels.Add.Apply(
                tokenEmbeddings.RowRange(first, tokens), wpe.RowRange(past, tokens), positionEmbeddings.RowRange(first, tokens));
        }
    }
}
