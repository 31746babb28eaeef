// gpt2 train-tokenizer: learns the merges of a vocabulary from a text and writes them as vocab.bpe.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Commands;

internal static class TrainTokenizerCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string> file = TextFile.Argument("The text to learn from; <|endoftext|> separates documents.");
        Option<int?> size = CommonOptions.Whole(
            "--vocab-size", [],
            $"Tokens wanted, at least {Vocabulary.SmallestCount}.\nThe 256 bytes, one for each merge, and <|endoftext|>.", least: 0);
        size.Required = true;
        Option<string> outputFile = new("--out", "-o")
        {
            Description = "The vocab.bpe to write; - is standard output.",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> explain = new("--explain")
        {
            Description = "Show every pass.\nThe pair, how often it occurred in the text, and the token it makes.",
        };
        Option<bool> json = CommonOptions.Json();

        var command = new Command("train-tokenizer", "Learn a vocabulary from a text.\nJoins the most frequent pair of neighbours, again and again.");
        command.Arguments.Add(file);
        command.Options.Add(size);
        command.Options.Add(outputFile);
        command.Options.Add(explain);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            int wanted = parsed.GetValue(size)!.Value;
            if (wanted < Vocabulary.SmallestCount)
            {
                throw new UsageException(
                    $"found {wanted}", where: "--vocab-size",
                    expected: $"at least {Vocabulary.SmallestCount}, the 256 bytes and {Vocabulary.EndOfTextToken}");
            }

            string path = parsed.GetValue(file)!;
            string target = parsed.GetValue(outputFile)!;
            TextOutput.Require(target, parsed.GetValue(json), "--out");
            string text = TextFile.ReadToLearnFrom(path, io);
            using var output = new TextOutput(target, io, path);
            LearnedMerges learned = Progress.Run(
                "learning merges", io, progress => BytePairLearner.Learn(text, wanted, progress, io.Cancellation));
            output.Write(writer => VocabularyFile.Write(learned.Vocabulary, writer));
            if (TextOutput.IsStandardOutput(target))
            {
                return ExitCode.Done;
            }

            Report(learned, wanted, TextFile.NameOf(path), target, parsed.GetValue(explain), parsed.GetValue(json), io);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Report(
        LearnedMerges learned, int wanted, string source, string target, bool explain, bool json, CommandIo io)
    {
        int tokens = learned.Vocabulary.Count;
        if (tokens < wanted)
        {
            io.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"note: {source} yields only {tokens} tokens, not the {wanted} requested: no other pair occurs twice; a longer text yields more"));
        }

        if (json)
        {
            JsonShapes.Write(
                new TrainTokenizerResult(
                    target, tokens, learned.Passes.Count, learned.Words, learned.DifferentWords,
                    explain ? [.. learned.Passes.Select((pass, index) => Describe(pass, index, learned.Vocabulary))] : null),
                io.Out);
            return;
        }

        if (explain)
        {
            ShowPasses(learned, io);
        }

        io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{target}: {tokens} tokens, {Plural.Of(learned.Passes.Count, "merge")} learned from {learned.Words} words, "
                + $"{learned.DifferentWords} of them different"));
    }

    private static void ShowPasses(LearnedMerges learned, CommandIo io)
    {
        Vocabulary vocabulary = learned.Vocabulary;
        int digits = learned.Vocabulary.Count.ToString(CultureInfo.InvariantCulture).Length;
        var table = new TableWriter(
            io, Column.Number("pass", drop: 1, least: digits), new Column("pair", Drop: 2), Column.Number("count"),
            Column.Number("id", drop: 3, least: digits), new Column("token", Flow: Flow.Cut));
        var letters = new ByteLetters();
        for (int index = 0; index < learned.Passes.Count; index++)
        {
            LearningPass pass = learned.Passes[index];
            letters.Add(vocabulary.BytesOf(pass.Token));
            table.Row(
                (index + 1).ToString(CultureInfo.InvariantCulture),
                $"{vocabulary.WrittenForm(pass.Merge.Left)} + {vocabulary.WrittenForm(pass.Merge.Right)}",
                pass.Count.ToString(CultureInfo.InvariantCulture),
                pass.Token.ToString(CultureInfo.InvariantCulture),
                TokenText.Quoted(vocabulary.BytesOf(pass.Token)));
        }

        table.End();
        if (letters.Explanation() is string explanation)
        {
            io.Explain(explanation);
        }
    }

    private static LearningPassResult Describe(LearningPass pass, int index, Vocabulary vocabulary) => new(
        index + 1, vocabulary.WrittenForm(pass.Merge.Left), vocabulary.WrittenForm(pass.Merge.Right), pass.Count, pass.Token,
        vocabulary.WrittenForm(pass.Token));
}
