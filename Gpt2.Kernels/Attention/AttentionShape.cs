// The sizes of a call of attention, and where in its matrices a sequence, a token and a head begin.

using System.Diagnostics;

namespace Gpt2.Kernels.Attention;

/// <summary>Sizes that have been checked against the lengths.</summary>
/// <param name="Sequences">Number of sequences.</param>
/// <param name="Tokens">Queries of a sequence.</param>
/// <param name="Total">Keys of a sequence, at least as many.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="HeadSize">Columns of a head; 0 where the call has scores only.</param>
internal readonly record struct AttentionShape(int Sequences, int Tokens, int Total, int Heads, int HeadSize)
{
    /// <summary>From a row of queries, keys or values to the next.</summary>
    public int Channels => Heads * HeadSize;

    /// <summary>From a token's row of scores to the next token's.</summary>
    public int ScoreStride => Heads * Total;

    /// <summary>Keys before the first query's own.</summary>
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

    /// <summary>The index of a head's first score of a token.</summary>
    [DebuggerStepThrough]
    public int ScoreAt(int sequence, int token, int head) => ((((sequence * Tokens) + token) * Heads) + head) * Total;
}
