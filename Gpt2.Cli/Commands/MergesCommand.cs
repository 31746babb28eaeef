// gpt2 merges: learns merges from a few words with counts, and shows the words after each merge. train-tokenizer learns from a text.

using System.CommandLine;
using System.Globalization;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class MergesCommand
{
    private const int StandardCount = 10, MostWords = 1000, LongestWord = 200, MostCount = 1_000_000_000;
    private const string Form = "WORD or WORD:COUNT, such as lower:2";

    public static Command Create(CommandIo io)
    {
        var words = new Argument<string[]>("words")
        {
            Description = "The words of a small text, each with how often it occurs: low:5 lower:2.",
            HelpName = "WORD:COUNT",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<int> count = CommonOptions.Count("--count", ["-n"], "Merges to learn.", least: 1, standard: StandardCount, most: 10_000);
        var end = new Option<string?>("--end")
        {
            Description = "A mark at the end of every word, for example _.\nGPT-2 has none; there a word begins with its space.",
            HelpName = "MARK",
        };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "merges", "Learn merges from a few words, and see the words after each.\n"
                + "Of equally frequent pairs, the one that is seen first is joined.");
        command.Arguments.Add(words);
        foreach (Option option in (Option[])[count, end, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            WordCount[] counted = Read(parsed.GetValue(words)!, parsed.GetValue(end) ?? "");
            LearnedMerges learned = BytePairLearner.LearnWords(counted, parsed.GetValue(count), keepWords: true, cancellation: io.Cancellation);
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(Described(counted, learned), io.Out);
            }
            else
            {
                Show(counted, learned, parsed.GetValue(count), io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static WordCount[] Read(string[] given, string end)
    {
        if (given.Length > MostWords)
        {
            throw new UsageException($"found {given.Length} words", expected: $"at most {MostWords}", remedy: "train-tokenizer learns from a text");
        }

        WordCount[] words = [.. given.Select(text => Word(text, end))];
        return words.GroupBy(word => word.Word).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UsageException($"the word '{twice.Key[..^end.Length]}' is there twice", expected: "every word once, with its count")
            : words;
    }

    private static WordCount Word(string text, string end)
    {
        int colon = text.LastIndexOf(':');
        string word = colon < 0 ? text : text[..colon];
        int count = 1;
        bool sound = word.Length is > 0 and <= LongestWord
            && (colon < 0 || int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out count))
            && count is >= 1 and <= MostCount;
        if (!sound)
        {
            throw new UsageException($"found '{TokenText.Shortened(text)}'", where: "words", expected: Form);
        }

        return end.Length > 0 && word.Contains(end, StringComparison.Ordinal)
            ? throw new UsageException($"the word '{word}' has the end mark '{end}' in it", where: "--end", expected: "a mark that no word has")
            : new WordCount(word + end, count);
    }

    private static void Show(WordCount[] words, LearnedMerges learned, int wanted, CommandIo io)
    {
        Vocabulary vocabulary = learned.Vocabulary;
        var letters = new ByteLetters();
        var table = new TableWriter(
            io, Column.Number("merge", drop: 2, brief: "#"), new Column("pair", Drop: 1), Column.Number("count", drop: 3), new Column("token"),
            new Column("the words after it", Flow: Flow.WrapItems, Short: "words"));
        table.Row("", "", "", "", Split(words.Select(word => BytesOf(word, letters)), vocabulary));
        foreach ((LearningPass pass, int i) in learned.Passes.Select((pass, i) => (pass, i)))
        {
            table.Row(
                Invariant($"{i + 1}"), $"{vocabulary.WrittenForm(pass.Merge.Left)} + {vocabulary.WrittenForm(pass.Merge.Right)}",
                Invariant($"{pass.Count:N0}"), vocabulary.WrittenForm(pass.Token), Split(pass.Words!, vocabulary));
        }

        table.End();
        string end = learned.Passes.Count < wanted ? "; no other pair occurs twice" : "";
        io.Say(Invariant($"{Plural.Of(learned.Passes.Count, "merge")} learned from ")
            + Invariant($"{Plural.Of(learned.Words, "word")}, {learned.DifferentWords} of them different")
            + end);
        if (letters.Explanation() is string explanation)
        {
            io.Explain(explanation);
        }
    }

    private static int[] BytesOf(WordCount word, ByteLetters? letters = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(word.Word);
        letters?.Add(bytes);
        return [.. bytes.Select(ByteAlphabet.IdOf)];
    }

    /// <summary>Words with dots between their tokens, and two spaces between words: a line may be broken there.</summary>
    private static string Split(IEnumerable<int[]> words, Vocabulary vocabulary) =>
        string.Join("  ", words.Select(word => string.Join('·', word.Select(vocabulary.WrittenForm))));

    private static LearnedMergesResult Described(WordCount[] words, LearnedMerges learned)
    {
        Vocabulary vocabulary = learned.Vocabulary;
        return new LearnedMergesResult(
            [.. words.Select(word => new CountedWordResult(word.Word, word.Count, Written(BytesOf(word))))],
            [
                .. learned.Passes.Select((pass, i) => new LearnedMergeResult(
                    i + 1, vocabulary.WrittenForm(pass.Merge.Left), vocabulary.WrittenForm(pass.Merge.Right), pass.Count,
                    vocabulary.WrittenForm(pass.Token), [.. pass.Words!.Select(Written)])),
            ]);

        string[] Written(int[] ids) => [.. ids.Select(vocabulary.WrittenForm)];
    }
}
