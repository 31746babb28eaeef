// gpt2 tokenize: a text as token ids; with --merges, how they were made.

using System.CommandLine;
using System.Globalization;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Commands;

internal static class TokenizeCommand
{
    private const int IdsAtOnce = 1024;

    public static Command Create(CommandIo io)
    {
        var text = new PromptInput("text", longest: TextFile.LongestText);
        var source = new TokenizerSource();
        Option<bool> merges = new("--merges") { Description = "Show every word's merges in order, with their ranks." };
        Option<string?> svg = SvgOutput.Option("the merges");
        Option<bool> json = CommonOptions.Json();

        var command = new Command("tokenize", "Show the tokens of a text.");
        text.AddTo(command);
        source.AddTo(command);
        command.Options.Add(merges);
        command.Options.Add(svg);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, parsed.GetValue(json));
            Prompt given = text.Read(parsed, dropFinalLineEnd: false, io);
            Tokenizer tokenizer = source.Read(parsed);
            int[] ids = given.Encode(tokenizer);
            string read = given.Text ?? tokenizer.Decode(ids);
            IEnumerable<WordExplanation>? words = parsed.GetValue(merges) ? tokenizer.Explain(read) : null;
            using var picture = new SvgOutput(target, io, [text.File(parsed), .. source.Files(parsed)]);
            picture.Write(() => MergeDrawing.Draw(tokenizer.Explain(read), tokenizer.Vocabulary), Report, "the picture of the merges");
            return ExitCode.Done;

            void Report()
            {
                if (parsed.GetValue(json))
                {
                    string[] tokens = [.. ids.Select(id => tokenizer.Decode([id]))];
                    WordResult[]? merged = words?.Select(word => Describe(word, tokenizer.Vocabulary)).ToArray();
                    JsonShapes.Write(new TokenizeResult(read, ids, tokens, merged), io.Out);
                }
                else if (words is not null)
                {
                    ShowMerges(words, tokenizer.Vocabulary, io);
                }
                else
                {
                    ShowTokens(ids, tokenizer, io);
                }
            }
        });
        return command;
    }

    private static void ShowTokens(int[] ids, Tokenizer tokenizer, CommandIo io)
    {
        var table = new TableWriter(
            io, Column.Number("#", drop: 2, least: Digits(ids.Length)), Column.Number("id", least: Digits(tokenizer.Vocabulary.Count - 1)),
            new Column("token", Flow: Flow.Cut), new Column("bytes", Drop: 1, Flow: Flow.Cut));
        for (int i = 0; i < ids.Length; i++)
        {
            table.Row(
                (i + 1).ToString(CultureInfo.InvariantCulture),
                ids[i].ToString(CultureInfo.InvariantCulture),
                TokenText.Of(tokenizer.Vocabulary, ids[i]),
                Convert.ToHexString(tokenizer.Vocabulary.BytesOf(ids[i])));
        }

        table.End();
        WriteIds(ids, io);
    }

    /// <summary>
    /// Writes the ids on a line, which may be long, piece by piece; on a screen it is broken between ids.
    /// </summary>
    private static void WriteIds(int[] ids, CommandIo io)
    {
        string head = Plural.Of(ids.Length, "token") + ":";
        if (io.Width is not null)
        {
            io.Say($"{head} {string.Join(' ', ids)}");
            return;
        }

        io.Out.Write(head);
        foreach (int[] piece in ids.Chunk(IdsAtOnce))
        {
            io.Cancellation.ThrowIfCancellationRequested();
            io.Out.Write(string.Concat(piece.Select(id => string.Create(CultureInfo.InvariantCulture, $" {id}"))));
        }

        io.Out.WriteLine();
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static void ShowMerges(IEnumerable<WordExplanation> words, Vocabulary vocabulary, CommandIo io)
    {
        var letters = new ByteLetters();
        foreach (WordExplanation word in words)
        {
            letters.Add(Encoding.UTF8.GetBytes(word.Word));
            io.Cancellation.ThrowIfCancellationRequested();
            io.Say(TokenText.Quoted(word.Word));
            var table = new TableWriter(
                io, Column.Number("pass", drop: 3), Column.Number("rank", drop: 2), new Column("merge", Drop: 1),
                new Column("tokens", Flow: Flow.Wrap));
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

            table.End();
            io.Say($"ids {string.Join(' ', word.Ids)}");
            io.Out.WriteLine();
        }

        if (letters.Explanation() is string explanation)
        {
            io.Explain(explanation);
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
