// The sizes of one attention call, and where a sequence, a token and a head begin in its matrices.

using System.Diagnostics;

namespace Gpt2.Kernels.Attention;

/// <summary>Sizes that have been checked against the lengths of the spans.</summary>
/// <param name="Sequences">Number of sequences.</param>
/// <param name="Tokens">Queries per sequence.</param>
/// <param name="Total">Keys per sequence, at least as many as queries.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="HeadSize">Columns of a head; 0 if the call takes only scores.</param>
/// <param name="Scale">What products of queries and keys are multiplied by.</param>
internal readonly record struct AttentionShape(int Sequences, int Tokens, int Total, int Heads, int HeadSize, float Scale)
{
    /// <summary>Distance between rows of queries, keys or values.</summary>
    public int Channels => Heads * HeadSize;

    /// <summary>Distance between the rows of scores of two tokens.</summary>
    public int ScoreStride => Heads * Total;

    /// <summary>Number of keys before the first query's own key.</summary>
    public int Past => Total - Tokens;

    /// <summary>How many keys the query in row <paramref name="token"/> sees.</summary>
    [DebuggerStepThrough]
    public int Visible(int token) => Past + token + 1;

    /// <summary>The index of a head's first column in a row of queries.</summary>
    [DebuggerStepThrough]
    public int QueryAt(int sequence, int token, int head) => (((sequence * Tokens) + token) * Channels) + (head * HeadSize);

    /// <summary>The index of a head's first column in a row of keys or values.</summary>
    [DebuggerStepThrough]
    public int KeyAt(int sequence, int key, int head) => (((sequence * Total) + key) * Channels) + (head * HeadSize);

    /// <summary>The index of a token's first score in a head.</summary>
    [DebuggerStepThrough]
    public int ScoreAt(int sequence, int token, int head) => ((((sequence * Tokens) + token) * Heads) + head) * Total;
}
