// gpt2 train: trains a model on a text, from random weights or given ones, or resumes a run that was stopped.

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Files;
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
            using FolderLock held = TrainingFolder.Lock(folder);
            TrainingStart start = options.Start(parsed, io);
            Describe(start, folder, io);
            var watch = Stopwatch.StartNew();
            int sampleEvery = options.SampleEvery(parsed);
            int[] samplePrompt = SamplePromptOf(start);
            (StepResult last, _) = new TrainingFolder(folder, "gpt2 train --resume", io).Train(
                new ModelTraining(start.Trainer, start.Tokenizer.Vocabulary, start.State), () => start.Trainer.TokensPerStep,
                options.ReportEvery(parsed), watch,
                result => TrainingSample.Note(sampleEvery, result, start.Trainer.Model, start.Tokenizer, samplePrompt, io));

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

    /// <summary>The tokens of the sample prompt; without one, a sample is a text from its beginning.</summary>
    private static int[] SamplePromptOf(TrainingStart start) => start.State.SamplePrompt is { Length: > 0 } prompt
        ? start.Tokenizer.Encode(prompt)
        : [start.Tokenizer.Vocabulary.EndOfText];
}
