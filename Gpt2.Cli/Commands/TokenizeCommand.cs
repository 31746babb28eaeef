// gpt2 tokenize: a text as token ids, and with --merges how it came to them.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Text;
using Spectre.Console;

namespace Gpt2.Cli.Commands;

internal static class TokenizeCommand
{
    public static Command Create(CommandIo io)
    {
        var text = new PromptOptions("text", longest: TextFile.LongestText);
        var source = new TokenizerSource();
        Option<bool> merges = new("--merges") { Description = "Show every word's merges in order, with their ranks." };
        Option<bool> json = CommonOptions.Json();

        var command = new Command("tokenize", "Show the tokens of a text.");
        text.AddTo(command);
        source.AddTo(command);
        command.Options.Add(merges);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            Prompt given = text.Read(parsed, dropFinalLineEnd: false, io);
            Tokenizer tokenizer = source.Read(parsed);
            int[] ids = given.Encode(tokenizer);
            string read = given.Text ?? tokenizer.Decode(ids);
            IReadOnlyList<WordExplanation>? words = parsed.GetValue(merges) ? tokenizer.Explain(read) : null;

            if (parsed.GetValue(json))
            {
                string[] tokens = [.. ids.Select(id => tokenizer.Decode([id]))];
                JsonShapes.Write(new TokenizeResult(read, ids, tokens, words?.Select(word => Describe(word, tokenizer.Vocabulary)).ToArray()), io.Out);
            }
            else if (words is not null)
            {
                ShowMerges(words, tokenizer.Vocabulary, io);
            }
            else
            {
                ShowTokens(ids, tokenizer, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowTokens(int[] ids, Tokenizer tokenizer, CommandIo io)
    {
        Table table = Tables.Create(">#", ">id", "token", "bytes");
        for (int i = 0; i < ids.Length; i++)
        {
            table.Row(
                (i + 1).ToString(CultureInfo.InvariantCulture),
                ids[i].ToString(CultureInfo.InvariantCulture),
                TokenText.Quoted(tokenizer.Vocabulary.BytesOf(ids[i])),
                Convert.ToHexString(tokenizer.Vocabulary.BytesOf(ids[i])));
        }

        io.Show(table);
        io.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ids.Length} tokens: {string.Join(' ', ids)}"));
    }

    private static void ShowMerges(IReadOnlyList<WordExplanation> words, Vocabulary vocabulary, CommandIo io)
    {
        foreach (WordExplanation word in words)
        {
            io.Out.WriteLine(TokenText.Quoted(word.Word));
            Table table = Tables.Create(">pass", ">rank", "merge", "tokens");
            table.Row("", "", "", Spaced(word.Bytes, vocabulary));
            for (int pass = 0; pass < word.Passes.Count; pass++)
            {
                MergePass merge = word.Passes[pass];
                table.Row(
                    (pass + 1).ToString(CultureInfo.InvariantCulture),
                    merge.Rank.ToString(CultureInfo.InvariantCulture),
                    $"{vocabulary.WrittenForm(merge.Merge.Left)} + {vocabulary.WrittenForm(merge.Merge.Right)}",
                    Spaced(merge.Ids, vocabulary));
            }

            io.Show(table);
            io.Out.WriteLine($"ids {string.Join(' ', word.Ids)}");
            io.Out.WriteLine();
        }
    }

    private static WordResult Describe(WordExplanation word, Vocabulary vocabulary) => new(
        word.Word,
        Written(word.Bytes, vocabulary),
        [.. word.Passes.Select(pass => new MergeResult(
            pass.Rank, vocabulary.WrittenForm(pass.Merge.Left), vocabulary.WrittenForm(pass.Merge.Right), Written(pass.Ids, vocabulary)))]);

    private static string[] Written(IEnumerable<int> ids, Vocabulary vocabulary) => [.. ids.Select(vocabulary.WrittenForm)];

    private static string Spaced(IEnumerable<int> ids, Vocabulary vocabulary) => string.Join(' ', Written(ids, vocabulary));
}
