// gpt2 embeddings cooccurrence: word vectors by counting, from a text of the user's: counts, their compression, and what is near what.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Laboratory.Embeddings;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsCooccurrence
{
    private const int StandardWindow = 3, StandardLeast = 2, StandardColumns = 6, StandardWords = 6, StandardNeighbours = 4;
    private const int MostColumns = 20, MostWords = 40;

    /// <summary>A text may have more words; the matrix has no more, since it takes the square of their number.</summary>
    private const int MostCounted = 1000;

    private static readonly (string Name, CooccurrenceWeighting Weighting)[] Weightings =
    [
        ("ppmi", CooccurrenceWeighting.Ppmi), ("log", CooccurrenceWeighting.Log), ("count", CooccurrenceWeighting.Count),
    ];

    public static Command Create(CommandIo io)
    {
        Argument<string> file = TextFile.Argument("The text.");
        Option<int> window = CommonOptions.Count(
            "--window", [], "How many words before and after a word are near it.", least: 1, standard: StandardWindow, most: 1000);
        Option<int> least = CommonOptions.Count(
            "--min-count", [], "How often a word occurs at least to be counted.", least: 1, standard: StandardLeast);
        Option<int> columns = CommonOptions.Count(
            "--columns", [], "Number of columns to compress to.", least: 1, standard: StandardColumns, most: MostColumns);
        Option<string?> weighting = CommonOptions.OneOf(
            "--weighting", "How counts are weighted. Default: ppmi.\nppmi: positive pointwise mutual information, how much more often than by "
                + "chance. log: ln(1 + count). count: as they are.",
            [.. Weightings.Select(one => one.Name)]);
        var words = new Option<string[]>("--words")
        {
            Description = $"The words to show, with commas. Default: the {StandardWords} most frequent.",
            HelpName = "WORD,WORD,…",
            DefaultValueFactory = _ => [],
        };
        Option<int> count = CommonOptions.Count("--count", ["-n"], "Number of neighbours of each.", least: 1, standard: StandardNeighbours);
        var target = new Option<string?>("--out") { Description = "Write the vectors of all words as CSV, for --table.", HelpName = "FILE" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "cooccurrence",
            "Make word vectors by counting which words stand near each other in a text.\n"
            + "The counts are weighted, and compressed to a few columns by singular value decomposition.");
        command.Arguments.Add(file);
        foreach (Option option in (Option[])[words, window, least, columns, weighting, count, target, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            string? output = parsed.GetValue(target);
            TextOutput.Require(output, parsed.GetValue(json), "--out");
            string[] wanted = [.. parsed.GetValue(words)!.SelectMany(list => list.Split(',')).Select(WordSplitting.Normal)
                .Where(word => word.Length > 0).Distinct()];
            if (wanted.Length > MostWords)
            {
                throw new UsageException($"found {wanted.Length} words", where: "--words", expected: $"at most {MostWords}");
            }

            using TextOutput? table = output is null ? null : new TextOutput(output, io, path);
            string text = TextFile.ReadToLearnFrom(path, io);
            CooccurrenceCounts counts = Output.Progress.Run("counting", io, _ => CooccurrenceCounts.Of(
                text, parsed.GetValue(window), parsed.GetValue(least), MostCounted, wanted, io.Cancellation));
            string name = TextFile.NameOf(path);
            if (counts.Words.Count < 2)
            {
                throw new Gpt2Exception($"found {Plural.Of(counts.Words.Count, "word")} of {Plural.Of(parsed.GetValue(least), "occurrence")} or more")
                {
                    Where = name,
                    Expected = "2 words or more",
                    Remedy = "take a longer text, or a lower --min-count",
                };
            }

            int[] shown = wanted.Length == 0 ? [.. Enumerable.Range(0, Math.Min(StandardWords, counts.Words.Count))]
                : [.. wanted.Select(word => counts.Find(word) ?? throw new Gpt2Exception($"the text does not have '{VisibleText.Brief(word)}'")
                {
                    Where = name,
                    Expected = "words of it after --words",
                })];
            (string weightingName, CooccurrenceWeighting kind) = Weightings.First(one => one.Name == (parsed.GetValue(weighting) ?? "ppmi"));
            WordVectors vectors = Output.Progress.Run(
                "compressing", io, _ => WordVectors.Of(counts, kind, parsed.GetValue(columns), io.Cancellation));
            var report = new CooccurrenceReport(name, counts, weightingName, vectors, shown, parsed.GetValue(count));
            table?.Write(vectors.Vectors.Write);
            if (TextOutput.IsStandardOutput(output))
            {
                return ExitCode.Done;
            }

            if (parsed.GetValue(json))
            {
                JsonShapes.Write(report.ToJson(output), io.Out);
            }
            else
            {
                report.Write(io);
            }

            if (table is not null)
            {
                io.Note(Invariant($"{output}: vectors of {counts.Words.Count} words; 'gpt2 embeddings near WORD --table {output}' reads them"));
            }

            return ExitCode.Done;
        });
        return command;
    }
}
