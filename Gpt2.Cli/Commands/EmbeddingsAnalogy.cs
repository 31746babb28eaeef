// gpt2 embeddings analogy: a is to b as c is to what, by arithmetic.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory.Embeddings;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsAnalogy
{
    /// <summary>A vector of up to this many numbers is shown.</summary>
    private const int FewNumbers = 6;

    public static Command Create(CommandIo io)
    {
        var input = new EmbeddingsInput("words", "Three words: A, B and C.", least: 3, most: 3);
        Option<int> count = EmbeddingsNear.Count();
        Option<string?> by = EmbeddingsNear.By();
        var command = new Command(
            "analogy", "Find what C is to as A is to B: man king woman.\nShows what is nearest to B − A + C, without these three.");
        input.AddTo(command, count, by);
        command.SetAction(parsed =>
        {
            (EmbeddingSource source, int[] rows) = input.Read(parsed, io);
            double[] vector = source.Table.Analogy(rows[0], rows[1], rows[2]);
            IReadOnlyList<Neighbour> found = source.Table.Nearest(
                vector, rows, EmbeddingsNear.OrderOf(parsed.GetValue(by)), parsed.GetValue(count));
            if (parsed.GetValue(input.Json))
            {
                EmbeddingToken[] words = [.. rows.Select(row => new EmbeddingToken(row, source.TextOf(row)))];
                JsonShapes.Write(
                    new EmbeddingAnalogyResult(
                        source.ModelName, source.TableName, words[0], words[1], words[2], vector,
                        EmbeddingsNear.NameOf(parsed.GetValue(by)), EmbeddingNeighbour.Of(source, found)),
                    io.Out);
                return ExitCode.Done;
            }

            string[] shown = [.. rows.Select(source.Shown)];
            string best = found.Count > 0 ? source.Shown(found[0].Row) : "nothing, since there are no other rows";
            io.Say($"{shown[0]} is to {shown[1]} as {shown[2]} is to {best}");
            io.Say($"nearest to {shown[1]} − {shown[0]} + {shown[2]}{NumbersOf(vector)}, of {source.Name} without these three, "
                + $"by {EmbeddingsNear.NameOf(parsed.GetValue(by))}");
            NeighbourTable.Write(source, found, io);
            return ExitCode.Done;
        });
        return command;
    }

    private static string NumbersOf(double[] vector) => vector.Length > FewNumbers ? ""
        : " = (" + string.Join(", ", vector.Select(number => number.ToString("0.###", CultureInfo.InvariantCulture))) + ")";
}
