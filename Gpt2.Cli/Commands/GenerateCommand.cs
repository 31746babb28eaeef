// gpt2 generate: continues a prompt, token by token, as the tokens come.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation;
using Gpt2.Core.Text;
using Spectre.Console;

namespace Gpt2.Cli.Commands;

internal static class GenerateCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new ModelInput();
        Option<int> maxNewTokens = CommonOptions.Count(
            "--max-new-tokens", ["-n"], "The most tokens to generate.", least: 0, standard: 50);

        var sampling = new SamplingInput();

        var command = new Command(
            "generate",
            "Continue a prompt token by token: with the most probable one (greedy), or drawn at random if a temperature, "
            + "top-k, top-p or seed is given. Prints the new tokens.");
        input.AddTo(command);
        command.Options.Add(maxNewTokens);
        sampling.AddTo(command);
        command.SetAction(parsed =>
        {
            SamplingOptions? options = sampling.Read(parsed);
            PromptedModel given = input.Read(parsed, io);
            var session = new GenerationSession(
                given.Model.Model, given.Ids, parsed.GetValue(maxNewTokens), given.Model.EndOfText, given.Breakpoint,
                options is null ? null : new Sampler(options));
            sampling.NoteSeed(parsed, options, io);

            if (given.Json)
            {
                WriteJson(session, given, io);
            }
            else if (given.Text is not null && given.Model.Tokenizer is not null)
            {
                StreamText(session, given.Text, given.Model.Tokenizer, io);
            }
            else
            {
                StreamIds(session, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void StreamText(GenerationSession session, string prompt, Tokenizer tokenizer, CommandIo io)
    {
        if (io.OutIsTerminal)
        {
            io.Show(new Text(prompt, new Style(decoration: Decoration.Dim))); // to read on from
        }

        var decoder = new StreamingDecoder(tokenizer.Vocabulary);
        while (session.TryNext(out int id))
        {
            io.Cancellation.ThrowIfCancellationRequested();
            if (session.FinishReason != FinishReason.Stop)
            {
                io.Out.Write(decoder.Push(id));
                io.Out.Flush();
            }
        }

        io.Out.WriteLine(decoder.Flush());
    }

    private static void StreamIds(GenerationSession session, CommandIo io)
    {
        string separator = "";
        while (session.TryNext(out int id))
        {
            io.Cancellation.ThrowIfCancellationRequested();
            io.Out.Write(separator + id.ToString(CultureInfo.InvariantCulture));
            io.Out.Flush();
            separator = " ";
        }

        io.Out.WriteLine();
    }

    private static void WriteJson(GenerationSession session, PromptedModel given, CommandIo io)
    {
        while (session.TryNext(out _))
        {
            io.Cancellation.ThrowIfCancellationRequested();
        }

        bool stopped = session.FinishReason == FinishReason.Stop;
        int[] generated = [.. session.Ids.Skip(given.Ids.Length)];
        int[] shown = stopped ? generated[..^1] : generated;
        var completion = new Completion(generated, given.Model.TextOf(shown), stopped ? "stop" : "length");
        JsonShapes.Write(new GenerateResult(given.Model.Name, given.PromptText, given.Ids, [completion]), io.Out);
    }
}
