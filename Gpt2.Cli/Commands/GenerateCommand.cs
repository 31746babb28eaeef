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
        var prompt = new PromptOptions("prompt");
        Option<string?> model = CommonOptions.Model();
        Option<int> maxNewTokens = new("--max-new-tokens", "-n")
        {
            Description = "The most tokens to generate.",
            DefaultValueFactory = _ => 50,
            HelpName = "N",
        };
        Option<string?> kernels = CommonOptions.Kernels();
        Option<string?> breakpoint = CommonOptions.Break();
        Option<bool> json = CommonOptions.Json();
        maxNewTokens.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
            {
                result.AddError("--max-new-tokens: expected at least 0");
            }
        });

        var command = new Command(
            "generate", "Continue a prompt with the most probable token, again and again (greedy). Prints the new tokens.");
        prompt.AddTo(command);
        command.Options.Add(model);
        command.Options.Add(maxNewTokens);
        command.Options.Add(kernels);
        command.Options.Add(breakpoint);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            Prompt given = prompt.Read(parsed, dropFinalLineEnd: true, io);
            LoadedModel loaded = LoadedModel.Load(parsed.GetValue(model), CommonOptions.KernelsOf(parsed.GetValue(kernels)), io);
            int[] ids = given.Encode(loaded.Tokenizer);
            var session = new GenerationSession(
                loaded.Model, ids, parsed.GetValue(maxNewTokens), loaded.EndOfText,
                Breakpoints.Parse(parsed.GetValue(breakpoint), loaded.Config, io));

            if (parsed.GetValue(json))
            {
                WriteJson(session, given, ids, loaded, io);
            }
            else if (given.Ids is null && loaded.Tokenizer is not null)
            {
                StreamText(session, given.Text!, loaded.Tokenizer, io);
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

    private static void WriteJson(GenerationSession session, Prompt given, int[] ids, LoadedModel model, CommandIo io)
    {
        while (session.TryNext(out _))
        {
            io.Cancellation.ThrowIfCancellationRequested();
        }

        bool stopped = session.FinishReason == FinishReason.Stop;
        int[] generated = [.. session.Ids.Skip(ids.Length)];
        int[] shown = stopped ? generated[..^1] : generated;
        var completion = new Completion(generated, model.TextOf(shown), stopped ? "stop" : "length");
        JsonShapes.Write(new GenerateResult(model.Name, given.Text ?? model.TextOf(ids), ids, [completion]), io.Out);
    }
}
