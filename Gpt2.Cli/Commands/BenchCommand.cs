// gpt2 bench: what this machine makes of the program. So far: training steps.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Model;
using Gpt2.Core.Training;
using Spectre.Console;

namespace Gpt2.Cli.Commands;

internal static class BenchCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("bench", "Measure this machine.");
        command.Subcommands.Add(Train(io));
        return command;
    }

    private static Command Train(CommandIo io)
    {
        Option<string> model = new("--size") { Description = "Which sizes to train.", DefaultValueFactory = _ => "workshop", HelpName = "workshop|gpt2" };
        model.AcceptOnlyFromAmong("workshop", "gpt2");
        Option<int> steps = CommonOptions.Count("--steps", [], "Steps to measure, after two to warm up.", least: 1, standard: 10);
        Option<string?> kernels = CommonOptions.Kernels();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("train", "Time and memory of a training step: the workshop's preset, or GPT-2 small with 4 × 64 tokens.");
        command.Options.Add(model);
        command.Options.Add(steps);
        command.Options.Add(kernels);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            bool workshop = parsed.GetValue(model) == "workshop";
            Gpt2Config config = workshop
                ? WorkshopPreset.Sizes with { Vocabulary = WorkshopPreset.VocabularySize }
                : new Gpt2Config(50257, 1024, 768, 12, 12);
            (int batch, int context) = workshop ? (WorkshopPreset.Settings.BatchSize, WorkshopPreset.Settings.Context) : (4, 64);
            TrainingSpeedResult speed = TrainingSpeed.Measure(
                config, batch, context, parsed.GetValue(steps), CommonOptions.KernelsOf(parsed.GetValue(kernels)), io.Cancellation);
            var result = new BenchTrainResult(
                parsed.GetValue(model)!, speed.Parameters, speed.TokensPerStep, 1000 * speed.MedianStepSeconds, speed.TokensPerSecond,
                speed.GigaflopsPerSecond, speed.PeakBytes);
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(result, io.Out);
            }
            else
            {
                ShowTable(result, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowTable(BenchTrainResult result, CommandIo io)
    {
        Table table = Tables.Create("model", ">weights", ">tokens/step", ">ms/step", ">tokens/s", ">GFLOP/s", ">peak MiB");
        table.Row(
            result.Size,
            result.Parameters.ToString("N0", CultureInfo.InvariantCulture),
            result.TokensPerStep.ToString("N0", CultureInfo.InvariantCulture),
            result.MillisecondsPerStep.ToString("N1", CultureInfo.InvariantCulture),
            result.TokensPerSecond.ToString("N0", CultureInfo.InvariantCulture),
            result.GigaflopsPerSecond.ToString("N1", CultureInfo.InvariantCulture),
            (result.PeakBytes / (1024.0 * 1024.0)).ToString("N0", CultureInfo.InvariantCulture));
        io.Show(table);
    }
}
