// gpt2 tune sft: supervised fine-tuning on examples of good answers.

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Files;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class TuneSft
{
    public static Command Create(CommandIo io)
    {
        var options = new TuneSftInput();
        var command = new Command(
            "sft", "Supervised fine-tuning: learn from examples of answers. Ctrl-C saves; --resume continues.\n"
                + "Trains a LoRA adapter, or with --full all weights.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            if (options.Show(parsed) is int shown)
            {
                (TuneExamples examples, Tokenizer tokenizer) = options.ReadExamples(parsed, io);
                Show([.. examples.Split.Training.Take(shown)], examples.Template.Name, tokenizer, options.Json(parsed), io);
                return ExitCode.Done;
            }

            string folder = options.FolderOf(parsed);
            using FolderLock held = TrainingFolder.Lock(folder);
            TuneSftStart start = options.Start(parsed, io);
            Describe(start, folder, io);
            var watch = Stopwatch.StartNew();
            (StepResult last, double? validation) = new TrainingFolder(folder, "gpt2 tune sft --resume", io).Train(
                start.Tuning, start.Tuning.TokensPerStep, options.ReportEvery(parsed), watch, _ => { });
            double seconds = watch.Elapsed.TotalSeconds;
            Report(start, folder, last, validation, seconds, options.Json(parsed), io);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Describe(TuneSftStart start, string folder, CommandIo io)
    {
        SupervisedTuning tuning = start.Tuning;
        ExampleSplit split = tuning.Examples;
        TrainingSettings settings = tuning.Settings;
        double epoch = SupervisedTuning.StepsPerEpoch(split.Training.Count, settings.BatchSize, settings.Accumulate);
        string trained = tuning.State.Full ? "all" : "an adapter's";
        io.Note(Invariant($"training {trained} {tuning.Parameters:N0} weights on {split.Training.Count:N0} {start.Examples.Kind.Name} ")
            + Invariant($"({split.Validation.Count:N0} for validation) with the template '{start.Examples.Template.Name}', ")
            + Invariant($"steps {tuning.Step} to {settings.Steps}, {settings.Steps / epoch:0.##} epochs, into {folder}"));
        if (start.Examples.Kind == ExampleKind.Preferences)
        {
            io.Note("note: of preferences only the chosen answers are learned");
        }

        if (tuning.State.Before is ExactMatch before)
        {
            io.Note($"before: {Shown(before)}");
        }
    }

    private static void Report(TuneSftStart start, string folder, StepResult last, double? validation, double seconds, bool json, CommandIo io)
    {
        SupervisedTuning tuning = start.Tuning;
        ExactMatch? before = tuning.State.Before;
        ExactMatch? after = TuneSftStart.Answers(tuning.Model, start.Tokenizer, tuning.Examples, tuning.State.Answered, io);
        if (json)
        {
            JsonShapes.Write(new TuneResult(
                folder, tuning.State.Full ? "model" : "adapter", last.Step, last.Loss, validation, before?.Share,
                after?.Share, after?.Asked ?? 0, tuning.Parameters, seconds), io.Out);
            return;
        }

        string tested = validation is double loss ? Invariant($"validation {loss:0.000}") : "no examples to validate on";
        string answered = before is null || after is null ? "" : $"; {Shown(before)} before, {Shown(after)} now";
        string use = tuning.State.Full ? $"--model {folder}" : $"--model {tuning.State.Model} --adapter {folder}";
        io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder}: trained {last.Step} steps in {Duration.Shown(seconds)}, loss {last.Loss:0.000}, {tested}{answered}; "
            + $"'gpt2 generate \"…\" {use}' uses it"));
    }

    private static string Shown(ExactMatch match) => Invariant($"{match.Right} of {match.Asked} answers exact ({match.Share:0.0%})");

    private static void Show(PreparedExample[] examples, string template, Tokenizer tokenizer, bool json, CommandIo io)
    {
        if (json)
        {
            JsonShapes.Write(
                new ShownExamplesResult(template, [.. examples.Select(example => new ShownExample(
                    example.Line, [.. example.TokensOf(0, tokenizer).Select(token => new ShownToken(token.Text, token.Counts))]))]),
                io.Out);
            return;
        }

        foreach (PreparedExample example in examples)
        {
            (string Text, bool Counts)[] tokens = [.. example.TokensOf(0, tokenizer)];
            io.Say(Invariant($"line {example.Line}: {tokens.Length} tokens, {tokens.Count(token => token.Counts)} of them learned"));
            foreach ((string name, bool counts) in (ReadOnlySpan<(string, bool)>)[("read", false), ("learned", true)])
            {
                IEnumerable<string> shown = tokens.Where(token => token.Counts == counts).Select(token => TokenText.Quoted(token.Text));
                io.Say($"  {name,-7}  {string.Join(' ', shown)}");
            }
        }
    }
}
