// The report of gpt2 embeddings cooccurrence: the counts of some words, their vectors, and their nearest words.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Commands;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>What there is to say about counted words.</summary>
/// <param name="file">The name of the text.</param>
/// <param name="counts">The counts.</param>
/// <param name="weighting">The name of their weighting.</param>
/// <param name="vectors">The vectors.</param>
/// <param name="shown">The words to show.</param>
/// <param name="neighbours">Number of neighbours of each.</param>
internal sealed class CooccurrenceReport(
    string file, CooccurrenceCounts counts, string weighting, WordVectors vectors, int[] shown, int neighbours)
{
    private readonly EmbeddingSource source = new(vectors.Vectors, file);

    public CooccurrenceResult ToJson(string? target) => new(
        file, counts.Window, weighting, counts.Length, counts.Distinct, counts.Words.Count, vectors.SingularValues.Count, vectors.Kept,
        [.. vectors.SingularValues],
        [.. shown.Select(word => new CooccurrenceWord(
            counts.Words[word], counts.Frequencies[word], vectors.Vectors.Rows.Row(word).ToArray(),
            EmbeddingNeighbour.Of(source, NearestTo(word))))],
        [.. shown.Select(word => shown.Select(other => counts[word, other]).ToArray())], Cosines(), target);

    public void Write(CommandIo io)
    {
        string[] words = [.. shown.Select(source.Shown)];
        io.Say(Invariant($"{file}: {counts.Length:N0} words, {counts.Distinct:N0} different ones")
            + (counts.Words.Count < counts.Distinct ? Invariant($", of which {counts.Words.Count:N0} are counted: the most frequent") : ""));
        io.Out.WriteLine();
        io.Say(Invariant($"how often they are at most {counts.Window} words apart:"));
        SimilarityTables.WriteOne(
            "count", words, [.. shown.Select(word => shown.Select(other => Invariant($"{counts[word, other]}")).ToArray())], io);
        io.SayGap();
        io.Say(Invariant($"the matrix of {counts.Words.Count} × {counts.Words.Count} ({weighting}), compressed to {vectors.SingularValues.Count} ")
            + $"columns, which keep {VectorNumbers.Share(vectors.Kept)} of its squares; cosines:");
        SimilarityTables.WriteOne(
            "cosine", words, [.. Cosines().Select(row => row.Select(VectorNumbers.Cosine).ToArray())], io);
        io.SayGap();
        io.Say("nearest words:");
        var table = new TableWriter(io, new Column("word"), Column.Number("times", drop: 1), new Column("nearest, by cosine", Flow: Flow.WrapItems));
        foreach (int word in shown)
        {
            table.Row(
                source.Shown(word), Invariant($"{counts.Frequencies[word]}"),
                string.Join("  ", NearestTo(word).Select(one => $"{source.Shown(one.Row)} {VectorNumbers.Cosine(one.Cosine)}")));
        }

        table.End();
        io.Say("Words are near each other if they stand among the same words.");
    }

    private IReadOnlyList<Neighbour> NearestTo(int word) => source.Table.Nearest(source.Table[word], [word], NeighbourOrder.Cosine, neighbours);

    private double?[][] Cosines() =>
        [.. shown.Select(word => shown.Select(other => VectorGeometry.Cosine(source.Table[word], source.Table[other])).ToArray())];
}
