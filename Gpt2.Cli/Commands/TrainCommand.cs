// gpt2 train: trains a model on a text, from random weights or given ones, or resumes a run that was stopped.

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Files;
using Gpt2.Core.Generation;
using Gpt2.Core.Training;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class TrainCommand
{
    /// <summary>
    /// If a text has fewer tokens than the model has weights and is read this often, it is memorised.
    /// </summary>
    private const int ReadingsThatTeachByHeart = 10;

    public static Command Create(CommandIo io)
    {
        var options = new TrainInput();
        var command = new Command("train", "Train a model on a text. Ctrl-C saves; --resume continues.");
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
            double validation = Progress.Run( // of the weights as written; the run is finished
                "validating", io, _ => start.Trainer.ValidationLoss(CancellationToken.None));
            Yardsticks yardsticks = YardsticksOf(start.Trainer);
            if (options.Json(parsed))
            {
                JsonShapes.Write(new TrainResult(
                    folder, last.Step, last.Loss, double.IsNaN(validation) ? null : validation, start.Trainer.Model.Config.Parameters, seconds,
                    yardsticks.Uniform, yardsticks.Unigram), io.Out);
            }
            else
            {
                string tested = double.IsNaN(validation)
                    ? "no text to validate on"
                    : string.Create(CultureInfo.InvariantCulture, $"validation {validation:0.000}");
                io.Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{folder}: trained {last.Step} steps in {Duration.Shown(seconds)}, loss {last.Loss:0.000}, {tested}; "
                    + $"'gpt2 generate \"…\" --model {folder}' uses it"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Two runs in one folder would both write to its log and checkpoints.</summary>
    private static FolderLock Lock(string folder)
    {
        string path = Path.Combine(folder, FolderLock.InFolder);
        try
        {
            return FolderLock.TryTake(path, "training in it")
                ?? throw FolderLock.Refusal(folder, FolderLock.HolderOf(path));
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
        using var lines = new ProgressLines("training", io);
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
                        lines.SaidElsewhere();
                    }

                    lines.Report($"step {result.Step}/{trainer.Settings.Steps}");

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
        long weights = trainer.Model.Config.Parameters;
        int tokens = trainer.Data.Training.Length;
        string epoch = trainer.StepsPerEpoch >= 1
            ? Invariant($"one pass over the text takes {trainer.StepsPerEpoch:0.#} steps")
            : Invariant($"each step reads the text {1 / trainer.StepsPerEpoch:0.#} times");
        io.Note(Invariant($"training {weights:N0} weights on {tokens:N0} tokens ({trainer.Data.Validation.Length:N0} for validation), ")
            + Invariant($"{trainer.TokensPerStep:N0} a step, ")
            + Invariant($"steps {trainer.Optimizer.Step} to {trainer.Settings.Steps}, {epoch}, into {folder}"));
        Yardsticks yardsticks = YardsticksOf(trainer);
        io.Note(Invariant($"losses to compare with: {yardsticks.Uniform:0.000} guessing among {trainer.Model.Config.Vocabulary:N0} tokens, ")
            + Invariant($"{yardsticks.Unigram:0.000} knowing only how often each occurs in the text"));
        double readings = trainer.Settings.Steps / trainer.StepsPerEpoch;
        if (readings >= ReadingsThatTeachByHeart && weights > tokens)
        {
            string test = trainer.Data.Validation.Length > 0
                ? "only the validation loss tells"
                : "the text is too short to keep a part of it for validation, which would tell";
            io.Note(Invariant($"note: the text is read {readings:0} times and has fewer tokens than the model has weights, ")
                + "so the model will learn it by heart: "
                + $"its loss says nothing about other texts; {test}. A longer text or fewer --steps help");
        }
    }

    /// <summary>What the loss on the training text is compared with.</summary>
    private static Yardsticks YardsticksOf(Trainer trainer) => Yardsticks.Of(trainer.Data.Training, trainer.Model.Config.Vocabulary);

    private static void Report(StepResult result, double? validation, int done, double seconds, Trainer trainer, CommandIo io)
    {
        double perStep = seconds / Math.Max(1, done);
        string tested = validation is double loss ? string.Create(CultureInfo.InvariantCulture, $"  validation {loss:0.000}") : "";
        io.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"step {result.Step}/{trainer.Settings.Steps}  loss {result.Loss:0.000}{tested}  rate {result.LearningRate:0.0e+0}  "
            + $"{trainer.TokensPerStep / perStep:N0} tokens/s  {Duration.Shown(perStep * (trainer.Settings.Steps - result.Step))} left"));
    }

    /// <summary>The model's current greedy continuation of the sample prompt.</summary>
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
}
