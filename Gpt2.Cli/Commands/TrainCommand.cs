// gpt2 train: trains a model on a text, from fresh weights or given ones, or goes on with a run that was stopped.

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Files;
using Gpt2.Core.Generation;
using Gpt2.Core.Training;

namespace Gpt2.Cli.Commands;

internal static class TrainCommand
{
    public static Command Create(CommandIo io)
    {
        var options = new TrainOptions();
        var command = new Command("train", "Train a model on a text. Ctrl-C saves; --resume goes on.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            string folder = options.FolderOf(parsed);
            using FolderLock held = Lock(folder);
            TrainingStart start = options.Start(parsed, io);
            Describe(start, folder, io);
            var watch = Stopwatch.StartNew();
            StepResult last = Train(start, folder, options.ReportEvery(parsed), options.SampleEvery(parsed), watch, io);

            double seconds = watch.Elapsed.TotalSeconds;
            double validation = start.Trainer.ValidationLoss(CancellationToken.None); // of the weights as written; the run is done
            if (options.Json(parsed))
            {
                JsonShapes.Write(new TrainResult(
                    folder, last.Step, last.Loss, double.IsNaN(validation) ? null : validation, start.Trainer.Model.Config.Parameters, seconds), io.Out);
            }
            else
            {
                string tested = double.IsNaN(validation) ? "no text to validate on" : string.Create(CultureInfo.InvariantCulture, $"validation {validation:0.000}");
                io.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{folder}: trained {last.Step} steps in {Duration(seconds)}, loss {last.Loss:0.000}, {tested}; "
                    + $"'gpt2 generate \"…\" --model {folder}' uses it"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Two runs in one folder would write into each other's log and checkpoints.</summary>
    private static FolderLock Lock(string folder)
    {
        string path = Path.Combine(folder, "training");
        try
        {
            return FolderLock.TryTake(path, "training in it")
                ?? throw new Gpt2Exception($"{folder}: {FolderLock.HolderOf(path)}; wait until that ends, or name another folder");
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(folder, "folder", e);
        }
    }

    private static StepResult Train(
        TrainingStart start, string folder, int reportEvery, int sampleEvery, Stopwatch watch, CommandIo io)
    {
        Trainer trainer = start.Trainer;
        int first = trainer.Optimizer.Step;
        StepResult last = default;
        try
        {
            var run = new TrainingRun(folder, trainer, start.Tokenizer.Vocabulary, start.State);
            run.Run(
                (result, validation) =>
                {
                    last = result;
                    if (result.Step % reportEvery == 0 || validation is not null)
                    {
                        Report(result, validation, result.Step - first, watch.Elapsed.TotalSeconds, trainer, io);
                    }

                    if (sampleEvery > 0 && result.Step % sampleEvery == 0)
                    {
                        io.Note("sample: " + TokenText.Quoted(Sample(start)));
                    }
                },
                io.Cancellation);
        }
        catch (OperationCanceledException)
        {
            io.Note($"saved after step {trainer.Optimizer.Step}; go on with: gpt2 train --resume {folder}");
            throw;
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(folder, "folder", e);
        }

        return last;
    }

    private static void Describe(TrainingStart start, string folder, CommandIo io)
    {
        Trainer trainer = start.Trainer;
        io.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"training {trainer.Model.Config.Parameters:N0} weights on {trainer.Data.Training.Length:N0} tokens "
            + $"({trainer.Data.Validation.Length:N0} for validation), {trainer.TokensPerStep:N0} a step, "
            + $"steps {trainer.Optimizer.Step} to {trainer.Settings.Steps} of {trainer.StepsPerEpoch:0} per epoch, into {folder}"));
    }

    private static void Report(StepResult result, double? validation, int done, double seconds, Trainer trainer, CommandIo io)
    {
        double perStep = seconds / Math.Max(1, done);
        string tested = validation is double loss ? string.Create(CultureInfo.InvariantCulture, $"  validation {loss:0.000}") : "";
        io.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"step {result.Step}/{trainer.Settings.Steps}  loss {result.Loss:0.000}{tested}  rate {result.LearningRate:0.0e+0}  "
            + $"{trainer.TokensPerStep / perStep:N0} tokens/s  {Duration(perStep * (trainer.Settings.Steps - result.Step))} left"));
    }

    /// <summary>What the model now makes of the sample prompt, greedily.</summary>
    private static string Sample(TrainingStart start)
    {
        string prompt = start.State.SamplePrompt ?? "";
        int[] ids = prompt.Length > 0 ? start.Tokenizer.Encode(prompt) : [start.Tokenizer.Vocabulary.EndOfText];
        var session = new GenerationSession(start.Trainer.Model, ids, 30, start.Tokenizer.Vocabulary.EndOfText);
        while (session.TryNext(out _))
        {
        }

        return start.Tokenizer.Decode([.. session.Ids]);
    }

    private static string Duration(double seconds) =>
        TimeSpan.FromSeconds(Math.Min(seconds, 1e7)).ToString(seconds < 3600 ? @"m\:ss" : seconds < 86400 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
