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
        Option<string?> svg = SvgOutput.Option("the run");
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
            string? target = SvgOutput.Target(parsed, svg, parsed.GetValue(json));
            GridWorld world = input.World(parsed, io);
            MazeSettings settings = input.Settings(parsed, world);
            using var picture = new SvgOutput(target, io, input.File(parsed));
            MazeRun run = Progress.Run("learning", io, progress => MazeRun.Learn(world, settings, progress, io.Cancellation));
            CompletionGroup? texts = parsed.GetValue(text) ? CompletionPaths.Sample(settings.Seed, io) : null;
            picture.Write(
                () => MazeDrawing.Draw(run, texts),
                parsed.GetValue(json)
                    ? () => JsonShapes.Write(MazeResult.Of(run, texts, input.File(parsed), target), io.Out)
                    : () => MazeReport.Write(run, texts, input.File(parsed), io),
                "the picture of the run");
            return ExitCode.Done;
        });
        return command;
    }
}
