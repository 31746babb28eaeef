// gpt2 bench tune: what an adapter saves, in memory and in time, and frozen weights in fewer bits.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.Bench;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;

namespace Gpt2.Cli.Commands;

internal static class BenchTune
{
    private const double Mebibyte = 1024 * 1024;

    public static Command Create(CommandIo io)
    {
        var options = new BenchInput(BenchChoices.Kernels | BenchChoices.Sizes | BenchChoices.Train, standardSteps: 5);
        var command = new Command(
            "tune",
            "Time and memory of a step of fine-tuning.\nAll weights, and an adapter on f32, bf16, int8 and int4 ones: of GPT-2 small and of the "
            + "default model, or of any sizes. Takes 6 GB.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            BenchCommand.RunSession(options, parsed, io, session =>
            {
                BenchSettings settings = session.Settings;
                var models = new List<BenchTuneModel> { TuneRows.Measure(session, settings.Size, settings.Sizes, settings.Batch) };
                if (!options.HasOwnSizes(parsed))
                {
                    models.Add(TuneRows.Measure(
                        session, BenchSettings.WorkshopName, BenchSettings.Workshop, BenchSettings.WorkshopBatch));
                }

                if (options.Json(parsed))
                {
                    JsonShapes.Write(new BenchTuneResult([.. models]), io.Out);
                }
                else
                {
                    models.ForEach(model => Show(model, io));
                }
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(BenchTuneModel model, CommandIo io)
    {
        io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Size}: {model.Parameters:N0} weights, adapters of rank {model.Rank}, {model.TokensPerStep:N0} tokens a step, "
                + $"{Plural.Of(model.Threads, "thread")}"));
        var table = new TableWriter(
            io, new Column("trained"), new Column("weights"), Column.Number("weights MiB", drop: 2, brief: "MiB"),
            Column.Number("training MiB", drop: 3, brief: "training"), Column.Number("other MiB", drop: 4, brief: "other"),
            Column.Number("total MiB", brief: "total"), Column.Number("memory ×"), Column.Number("ms/step", drop: 5),
            Column.Number("tokens/s", drop: 1), Column.Number("speed ×"));
        foreach (BenchTuneRow row in model.Rows)
        {
            table.Row(
                row.Trained, row.Weights, Shown(row.WeightBytes), Shown(row.TrainingBytes), Shown(row.OtherBytes), Shown(row.TotalBytes),
                row.MemoryRatio.ToString("0.00", CultureInfo.InvariantCulture),
                row.MillisecondsPerStep.ToString("N1", CultureInfo.InvariantCulture),
                row.TokensPerSecond.ToString("N0", CultureInfo.InvariantCulture),
                row.SpeedRatio.ToString("0.00", CultureInfo.InvariantCulture));
        }

        table.End();
    }

    private static string Shown(long bytes) => (bytes / Mebibyte).ToString(bytes < 100 * Mebibyte ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
