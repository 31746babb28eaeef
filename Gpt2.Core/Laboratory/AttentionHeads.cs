// What the heads of a pass attend to: for each head the token that one token attends to most, and how much the head is occupied with the
// token itself, with the one before, and with the first.

using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Core.Laboratory;

/// <summary>One head's attention. Shares are of step 7, whose rows sum to 1.</summary>
/// <param name="Block">The block.</param>
/// <param name="Head">The head.</param>
/// <param name="Row">The token whose attention it is.</param>
/// <param name="Most">The token that it attends to most; of equal ones the first.</param>
/// <param name="MostShare">Its share.</param>
/// <param name="Itself">
/// The mean share of a token itself, over all tokens but the first, which sees nothing else; null if there is only that one.
/// </param>
/// <param name="Previous">The same of the token before.</param>
/// <param name="First">The same of the first token, which for the second one is also the token before.</param>
internal readonly record struct HeadAttention(
    int Block, int Head, int Row, int Most, double MostShare, double? Itself, double? Previous, double? First);

/// <summary>Reads the attention of a trace.</summary>
/// <param name="trace">The trace.</param>
/// <param name="heads">The number of heads.</param>
internal sealed class AttentionHeads(ForwardTrace trace, int heads)
{
    /// <summary>How much a token takes from another in a head: step 7, 0 for what comes later.</summary>
    public float Share(int block, int head, int row, int column)
    {
        Matrix attention = trace.Activations.Block(block).Attention; // [tokens, heads · total]
        return attention[row, (head * (attention.Columns / heads)) + column];
    }

    /// <summary>A head's attention, for one of its rows.</summary>
    public HeadAttention Of(int block, int head, int row)
    {
        int most = 0;
        for (int column = 1; column <= row; column++)
        {
            most = Share(block, head, row, column) > Share(block, head, row, most) ? column : most;
        }

        return new HeadAttention(
            block, head, row, most, Share(block, head, row, most), Mean(block, head, token => token), Mean(block, head, token => token - 1),
            Mean(block, head, _ => 0));
    }

    private double? Mean(int block, int head, Func<int, int> column)
    {
        int tokens = trace.Ids.Count;
        return tokens == 1 ? null : Enumerable.Range(1, tokens - 1).Average(row => (double)Share(block, head, row, column(row)));
    }
}
