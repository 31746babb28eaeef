// gpt2 maze: a small policy learns to walk to the goal of a maze, by rewards alone. As text, JSON and a picture.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.PostTraining.Maze;

namespace Gpt2.Cli.Commands;

internal static class MazeCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new MazeInput();
        var text = new Option<bool>("--text")
        {
            Description = "Show paths of text as well.\nThe default model answers a question several times; a rule rewards the answers.",
        };
        var svg = new Option<string?>("--svg") { Description = "Draw the run into this file; - is standard output.", HelpName = "FILE" };
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "maze",
            "Learn a maze by rewards: policy gradient, with a network of a few hidden units.\n"
            + "Shows paths, returns and the policy, before, while and after it learns.");
        input.AddTo(command);
        command.Options.Add(text);
        command.Options.Add(svg);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string? target = parsed.GetValue(svg);
            TextOutput.Require(target, parsed.GetValue(json), "--svg");
            GridWorld world = input.World(parsed, io);
            MazeSettings settings = input.Settings(parsed, world);
            using TextOutput? picture = target is null ? null : new TextOutput(target, io, input.File(parsed));
            MazeRun run = Progress.Run("learning", io, progress => MazeRun.Learn(world, settings, progress, io.Cancellation));
            CompletionGroup? texts = parsed.GetValue(text) ? CompletionPaths.Sample(settings.Seed, io) : null;
            picture?.Write(writer => writer.Write(MazeDrawing.Draw(run, texts)));
            if (TextOutput.IsStandardOutput(target))
            {
                return ExitCode.Done;
            }

            if (parsed.GetValue(json))
            {
                JsonShapes.Write(MazeResult.Of(run, texts, input.File(parsed), target), io.Out);
            }
            else
            {
                MazeReport.Write(run, texts, input.File(parsed), io);
            }

            if (picture is not null)
            {
                io.Note($"{target}: the picture of the run");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
