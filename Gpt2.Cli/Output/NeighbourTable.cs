// Neighbours as a table: cosine and distance side by side, each with the rank that it gives.

using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Commands;
using Gpt2.Core.Laboratory.Embeddings;

namespace Gpt2.Cli.Output;

/// <summary>Writes neighbours.</summary>
internal static class NeighbourTable
{
    public static void Write(EmbeddingSource source, IReadOnlyList<Neighbour> found, CommandIo io)
    {
        var table = new TableWriter(
            io, new Column(source.Noun, Flow: Flow.Cut), Column.Number("id", drop: 3), Column.Number("cosine"), Column.Number("rank", drop: 2),
            Column.Number("distance"), Column.Number("rank", drop: 1));
        int decimals = VectorNumbers.Decimals(found.Select(one => one.Distance));
        foreach (Neighbour one in found)
        {
            table.Row(
                source.Shown(one.Row), one.Row.ToString(CultureInfo.InvariantCulture), VectorNumbers.Cosine(one.Cosine),
                one.CosineRank?.ToString(CultureInfo.InvariantCulture) ?? VectorNumbers.None, VectorNumbers.Fixed(one.Distance, decimals),
                one.DistanceRank.ToString(CultureInfo.InvariantCulture));
        }

        table.End();
        if (found.Any(one => one.Cosine is null))
        {
            io.Say(VectorNumbers.NoCosine);
        }
    }
}
