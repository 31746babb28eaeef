// gpt2 embeddings similarity: cosine and distance of some words with one another, side by side.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsSimilarity
{
    private const int MostWords = 100;

    public static Command Create(CommandIo io)
    {
        var input = new EmbeddingsInput("words", "The words. Of a --table, none are all.", least: 2, most: MostWords);
        var command = new Command(
            "similarity", "Compare words with one another.\nShows the cosine of the angle between their embeddings and the distance, side by side.");
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            (EmbeddingSource source, int[] rows) = input.Read(parsed, io);
            double[][] vectors = [.. rows.Select(row => source.Table[row])];
            double?[][] cosine = [.. vectors.Select(one => vectors.Select(other => VectorGeometry.Cosine(one, other)).ToArray())];
            double[][] distance = [.. vectors.Select(one => vectors.Select(other => VectorGeometry.Distance(one, other)).ToArray())];
            if (parsed.GetValue(input.Json))
            {
                JsonShapes.Write(
                    new EmbeddingSimilarityResult(
                        source.ModelName, source.TableName,
                        [.. rows.Select(row => new EmbeddingToken(row, source.TextOf(row)))], cosine, distance),
                    io.Out);
                return ExitCode.Done;
            }

            SimilarityTables.Write([.. rows.Select(source.Shown)], cosine, distance, io);
            io.Say("Cosine: 1 is the same direction, 0 a right angle. Distance: 0 is the same vector.");
            return ExitCode.Done;
        });
        return command;
    }
}
