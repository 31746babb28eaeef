// Examples as tokens, with what is read and what is learned: `gpt2 tune … --show`.

using Gpt2.Cli.CommandLine;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Shows examples.</summary>
internal static class ShownExamples
{
    /// <summary>Writes each example, and of a pair the chosen answer and then the rejected one.</summary>
    public static void Write(PreparedExample[] examples, string template, Tokenizer tokenizer, bool json, CommandIo io)
    {
        (long Line, (string Text, bool Counts)[] Tokens)[] all =
            [.. examples.SelectMany(example => Sequences(example, tokenizer).Select(tokens => (example.Line, tokens)))];
        if (json)
        {
            JsonShapes.Write(
                new ShownExamplesResult(template, [.. all.Select(example => new ShownExample(
                    example.Line, [.. example.Tokens.Select(token => new ShownToken(token.Text, token.Counts))]))]),
                io.Out);
            return;
        }

        foreach ((long line, (string Text, bool Counts)[] tokens) in all)
        {
            io.Say(Invariant($"line {line}: {tokens.Length} tokens, {tokens.Count(token => token.Counts)} of them learned"));
            foreach ((string name, bool counts) in (ReadOnlySpan<(string, bool)>)[("read", false), ("learned", true)])
            {
                string[] shown = [.. tokens.Where(token => token.Counts == counts).Select(token => TokenText.Quoted(token.Text))];
                if (shown.Length > 0)
                {
                    io.Say($"  {name,-7}  {string.Join(' ', shown)}");
                }
            }
        }
    }

    private static IEnumerable<(string Text, bool Counts)[]> Sequences(PreparedExample example, Tokenizer tokenizer) => example.Sequences.Count == 0
        ? [[.. example.Prompt.Select(id => (tokenizer.Decode([id]), false))]]
        : Enumerable.Range(0, example.Sequences.Count).Select(sequence => example.TokensOf(sequence, tokenizer).ToArray());
}
