// Which rows of a pass belong to which sequence. In training and beam search all sequences have equally many; when a
// server computes several requests in one pass, one may have a single new token and another a part of its prompt.

using System.Diagnostics;

namespace Gpt2.Core.Model;

/// <summary>The rows of a pass, divided into sequences that follow one another and do not see each other.</summary>
internal sealed class SequenceRows
{
    private int[] ends = new int[1];

    /// <summary>Number of sequences, at least 1 in a pass.</summary>
    public int Count { get; private set; }

    /// <summary>Number of rows of a sequence.</summary>
    [DebuggerStepThrough]
    public int Of(int sequence) => ends[sequence] - First(sequence);

    /// <summary>The first row of a sequence.</summary>
    [DebuggerStepThrough]
    public int First(int sequence) => sequence == 0 ? 0 : ends[sequence - 1];

    /// <summary>Gives each sequence equally many rows.</summary>
    /// <exception cref="ArgumentException">That is not possible.</exception>
    public void DivideEqually(int rows, int sequences)
    {
        if (rows % sequences != 0)
        {
            throw new ArgumentException($"{rows} tokens in {sequences} sequences, expected sequences of equal length");
        }

        Resize(sequences);
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            ends[sequence] = (sequence + 1) * (rows / sequences);
        }
    }

    /// <summary>Gives each sequence as many rows as stated.</summary>
    /// <exception cref="ArgumentException">A sequence would have none, or their sum is different.</exception>
    public void Divide(int rows, ReadOnlySpan<int> lengths)
    {
        Resize(lengths.Length);
        int end = 0;
        for (int sequence = 0; sequence < lengths.Length; sequence++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(lengths[sequence], 1, nameof(lengths));
            ends[sequence] = end += lengths[sequence];
        }

        if (end != rows)
        {
            throw new ArgumentException($"{rows} tokens, expected {end}, the sum over all sequences");
        }
    }

    private void Resize(int sequences)
    {
        Count = sequences;
        if (ends.Length < sequences)
        {
            ends = new int[Math.Max(sequences, 2 * ends.Length)];
        }
    }
}
