// gpt2 lens: the residual stream by depth. What the head makes of it (the logit lens), or with --stream how it grows.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;

namespace Gpt2.Cli.Commands;

internal static class LensCommand
{
    private const int StandardTop = 3;

    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        Option<string?> row = TokenPlace.Option("--row", "Show one token of the prompt in detail; 'last' is the last.");
        Option<int> top = CommonOptions.Count(
            "--top", [], "How many tokens to show at each depth, with --row or --json.", least: 1, standard: StandardTop);
        var stream = new Option<bool>("--stream")
        {
            Description = "Show the stream itself.\nHow long each token's row is at every depth, and what attention and MLP of each block add to the "
                + "row of one token: that of --row, or the last.",
        };
        Option<string?> svg = SvgOutput.Option("it");

        var command = new Command(
            "lens",
            "Show what the model would predict if its blocks ended earlier.\n"
            + "The logit lens: for every token of the prompt, and at every depth of the residual stream, the token that the language head finds "
            + "most probable there.");
        input.AddTo(command);
        foreach (Option option in (Option[])[row, top, stream, svg])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, input.Json(parsed));
            PromptedModel given = input.Read(parsed, io);
            given.Model.Model.CheckPrompt(given.Ids, past: 0);
            int? chosen = TokenPlace.Find(parsed, row, given);
            using var picture = new SvgOutput(target, io, input.File(parsed), given.Model.Path);
            var trace = ForwardTrace.Run(given.Model.Model, given.Ids, HeadRows.Last, given.Breakpoint);
            var lens = new LogitLens(given.Model.Model, trace);
            if (parsed.GetValue(stream))
            {
                var report = new StreamReport(given, trace, lens, io);
                picture.Write(
                    () => report.Draw(chosen ?? given.Ids.Length - 1),
                    given.Json ? () => report.WriteJson(chosen, target) : () => report.Write(chosen), "the picture of the residual stream");
            }
            else
            {
                int shown = chosen is null && !given.Json ? 1 : parsed.GetValue(top);
                LensReading[][] readings = Output.Progress.Run(
                    "reading out", io, progress => LensReadings.Of(lens, chosen, given.Ids.Length, shown, progress, io.Cancellation));
                var report = new LensReport(given, lens.Depths, readings, io);
                picture.Write(
                    report.Draw, given.Json ? () => report.WriteJson(target) : () => report.Write(isDetail: chosen is not null),
                    "the picture of the lens");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
