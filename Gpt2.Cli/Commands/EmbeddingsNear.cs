// gpt2 embeddings near: what is nearest to a word, by direction and by distance.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory.Embeddings;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsNear
{
    private const int StandardCount = 10;

    private const string Cosine = "cosine", Distance = "distance";

    /// <summary>What neighbours are ordered by: --by.</summary>
    public static Option<string?> By() => CommonOptions.OneOf("--by", $"What comes first. Default: {Cosine}.", [Cosine, Distance]);

    /// <summary>How many neighbours are shown: -n.</summary>
    public static Option<int> Count() => CommonOptions.Count("--count", ["-n"], "Number of neighbours.", least: 1, standard: StandardCount);

    public static NeighbourOrder OrderOf(string? by) => by == Distance ? NeighbourOrder.Distance : NeighbourOrder.Cosine;

    public static string NameOf(string? by) => by ?? Cosine;

    public static Command Create(CommandIo io)
    {
        var input = new EmbeddingsInput("word", "The word.", least: 1, most: 1);
        Option<int> count = Count();
        Option<string?> by = By();
        var command = new Command(
            "near", "Show the tokens nearest to one.\nWith the cosine of the angle between their embeddings and the distance, and both ranks.");
        input.AddTo(command, count, by);
        command.SetAction(parsed =>
        {
            (EmbeddingSource source, int[] rows) = input.Read(parsed, io);
            int row = rows[0];
            IReadOnlyList<Neighbour> found = source.Table.Nearest(
                source.Table[row], [row], OrderOf(parsed.GetValue(by)), parsed.GetValue(count));
            if (parsed.GetValue(input.Json))
            {
                JsonShapes.Write(
                    new EmbeddingNearResult(
                        source.ModelName, source.TableName, new(row, source.TextOf(row)),
                        NameOf(parsed.GetValue(by)), EmbeddingNeighbour.Of(source, found)),
                    io.Out);
                return ExitCode.Done;
            }

            io.Say(Invariant($"nearest to {source.Shown(row)} (id {row}) of the {source.Table.Count:N0} {source.Noun}s of {source.Name}, ")
                + $"by {NameOf(parsed.GetValue(by))}");
            NeighbourTable.Write(source, found, io);
            io.Say("The cosine looks at the directions alone, the distance at the lengths too.");
            return ExitCode.Done;
        });
        return command;
    }
}
