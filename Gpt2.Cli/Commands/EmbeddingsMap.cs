// gpt2 embeddings map: words on a plane, by principal component analysis, as a table, JSON and a picture.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory.Embeddings;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsMap
{
    private const int MostWords = 500;

    public static Command Create(CommandIo io)
    {
        var input = new EmbeddingsInput("words", "The words, two or more. Of a --table, none are all.", least: 2, most: MostWords);
        var file = new Option<string?>("--file", "-f")
        {
            Description = "Read words from a UTF-8 file, with white space between them.",
            HelpName = "FILE",
        };
        Option<string?> svg = SvgOutput.Option("the map");
        var command = new Command(
            "map", "Show words on a plane.\nThe two directions in which their embeddings differ most are the axes (principal component analysis).");
        input.AddTo(command, file, svg);
        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, parsed.GetValue(input.Json));
            string[] more = parsed.GetValue(file) is string path
                ? TextFile.Read(path, io, TextFile.LongestPrompt, "words").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                : [];
            (EmbeddingSource source, int[] rows) = input.Read(parsed, io, more);
            using var picture = new SvgOutput(target, io, parsed.GetValue(file), input.File(parsed), source.ModelPath);
            var map = PrincipalComponents.Of([.. rows.Select(row => source.Table[row])], axes: 2);
            string axes = VectorNumbers.Axes(map, "points");
            picture.Write(
                () => EmbeddingMapDrawing.Draw(
                    $"Embeddings of {source.Name}, seen along two axes", axes,
                    [.. rows.Select((row, place) => (source.Shown(row), map.Coordinates[place]))]),
                parsed.GetValue(input.Json)
                    ? () => JsonShapes.Write(Described(source, rows, map, target), io.Out)
                    : () => Show(source, rows, map, axes, io),
                "the map");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(EmbeddingSource source, int[] rows, PrincipalComponents map, string axes, CommandIo io)
    {
        io.Say(Invariant($"{rows.Length} {source.Noun}s of {source.Name}, {source.Table.Channels} numbers each; {axes}"));
        var table = new TableWriter(io, new Column(source.Noun, Flow: Flow.Cut), Column.Number("axis 1"), Column.Number("axis 2"));
        int decimals = VectorNumbers.Decimals(map.Coordinates.SelectMany(point => point));
        foreach ((int row, double[] point) in rows.Zip(map.Coordinates))
        {
            table.Row(source.Shown(row), VectorNumbers.Fixed(point[0], decimals), VectorNumbers.Fixed(point[1], decimals));
        }

        table.End();
    }

    private static EmbeddingMapResult Described(EmbeddingSource source, int[] rows, PrincipalComponents map, string? svg) => new(
        source.ModelName, source.TableName, [map.ShareOf(0), map.ShareOf(1)], map.TotalVariance,
        [.. rows.Select((row, place) => new EmbeddingPoint(row, source.TextOf(row), map.Coordinates[place][0], map.Coordinates[place][1]))], svg);
}
