// Sequences of different lengths in one pass: each is padded on the right to the longest. What is padded comes after every
// token of its sequence, so no token sees it, and the head does not compute it, so no loss does.

using Gpt2.Core.Evaluation;

namespace Gpt2.Core.PostTraining;

/// <summary>The rows of a batch, and those among them that the head computes.</summary>
internal sealed class PaddedBatch
{
    private readonly int[] ends; // for each sequence, where its head rows end

    private PaddedBatch(IReadOnlyList<IReadOnlyList<int>> sequences, Func<int, IEnumerable<int>> chosen, int[] targets)
    {
        int longest = sequences.Max(ids => ids.Count);
        Sequences = sequences.Count;
        Ids = new int[Sequences * longest]; // padded with id 0, but any will do
        ends = new int[Sequences];
        List<int> rows = [];
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            int first = sequence * longest;
            for (int token = 0; token < sequences[sequence].Count; token++)
            {
                Ids[first + token] = sequences[sequence][token];
            }

            rows.AddRange(chosen(sequence).Select(token => first + token));
            ends[sequence] = rows.Count;
        }

        HeadRows = [.. rows];
        Targets = targets;
    }

    /// <summary>Number of sequences.</summary>
    public int Sequences { get; }

    /// <summary>The tokens of all sequences, equally many each.</summary>
    public int[] Ids { get; }

    /// <summary>The rows that the head computes, sequence after sequence.</summary>
    public int[] HeadRows { get; }

    /// <summary>The token that follows each of <see cref="HeadRows"/>; none if the batch is for its last rows.</summary>
    public int[] Targets { get; }

    /// <summary>A batch of which the rows whose targets count are computed.</summary>
    public static PaddedBatch OfTargets(IReadOnlyList<TokenSequence> sequences) => new(
        [.. Some(sequences).Select(sequence => sequence.Ids)],
        sequence => Counted(sequences[sequence]),
        [.. sequences.SelectMany(sequence => sequence.Targets.Where(target => target != CrossEntropy.NotCounted))]);

    /// <summary>A batch of which the last row of every sequence is computed.</summary>
    public static PaddedBatch OfLastRows(IReadOnlyList<IReadOnlyList<int>> sequences) =>
        new(Some(sequences), sequence => sequences[sequence].Count > 0 ? [sequences[sequence].Count - 1] : throw NoTokens(), []);

    /// <summary>The head rows of a sequence, among <see cref="HeadRows"/>.</summary>
    public Range RowsOf(int sequence) => (sequence == 0 ? 0 : ends[sequence - 1])..ends[sequence];

    private static IEnumerable<int> Counted(TokenSequence sequence) =>
        Enumerable.Range(0, sequence.Ids.Count).Where(token => sequence.Targets[token] != CrossEntropy.NotCounted);

    private static IReadOnlyList<T> Some<T>(IReadOnlyList<T> sequences) =>
        sequences.Count > 0 ? sequences : throw new Gpt2Exception("the batch is empty") { Expected = "at least one sequence" };

    private static Gpt2Exception NoTokens() => new("a sequence is empty") { Expected = "at least one token" };
}
