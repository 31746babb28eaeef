// A subcommand of `gpt2 tune`: what all methods do in the same way. Their own options, figures and reports are in TuneSft, TuneReward,
// TuneDpo and TuneGrpo.

using System.CommandLine;
using System.Diagnostics;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Files;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>How a run ended.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Last">The last step.</param>
/// <param name="Validation">The validation loss after it; null if there is none.</param>
/// <param name="Seconds">How long it took, since it began or was resumed.</param>
internal sealed record TuneEnd(string Folder, StepResult Last, double? Validation, double Seconds);

/// <summary>A method of post-training as a command.</summary>
/// <param name="input">The options that all methods have.</param>
/// <param name="io">Where the command writes.</param>
internal abstract class TuneMethod<T>(TuneInput input, CommandIo io)
    where T : Tuning
{
    protected CommandIo Io => io;

    /// <summary>The options that only this method has.</summary>
    protected abstract IReadOnlyList<Option> Own { get; }

    /// <summary>Those of them that may be given with --resume.</summary>
    protected virtual Option[] WithResume => [];

    /// <summary>Makes the command.</summary>
    public Command Create(string description)
    {
        var command = new Command(input.Method, description);
        input.AddTo(command, Own);
        command.SetAction(Run);
        return command;
    }

    /// <summary>Begins a run that the options describe.</summary>
    protected abstract TuneStart Begin(ParseResult parsed, TuneInput options);

    /// <summary>What is trained.</summary>
    protected abstract T TuningOf(TuneStart start);

    /// <summary>Says what is about to be trained, after the line that all methods have.</summary>
    protected virtual void Describe(T tuning, TuneStart start)
    {
    }

    /// <summary>An example as it is learned, for --show.</summary>
    protected virtual PreparedExample Learned(PreparedExample example) => example;

    /// <summary>Does something else after a step.</summary>
    protected virtual void AfterStep(T tuning, TuneStart start, StepResult step, ParseResult parsed)
    {
    }

    /// <summary>Writes the result.</summary>
    protected abstract void Report(T tuning, TuneStart start, TuneEnd end, bool json);

    private int Run(ParseResult parsed)
    {
        if (input.Show(parsed) is int shown)
        {
            (TuneExamples examples, Tokenizer tokenizer) = input.ReadExamples(parsed, io);
            PreparedExample[] learned = [.. examples.Split.Training.Take(shown).Select(Learned)];
            ShownExamples.Write(learned, examples.Template.Name, tokenizer, input.Json(parsed), io);
            return ExitCode.Done;
        }

        string folder = input.FolderOf(parsed);
        using FolderLock held = TrainingFolder.Lock(folder);
        TuneStart start = input.IsResumed(parsed) ? input.Resume(parsed, WithResume, io) : Begin(parsed, input);
        T tuning = TuningOf(start);
        start.Restore(tuning);
        DescribeAll(tuning, start, folder);
        Describe(tuning, start);
        var watch = Stopwatch.StartNew();
        (StepResult last, double? validation) = new TrainingFolder(folder, $"gpt2 tune {input.Method} --resume", io).Train(
            tuning, () => tuning.TokensPerStep, input.ReportEvery(parsed), watch, step => AfterStep(tuning, start, step, parsed));
        Report(tuning, start, new TuneEnd(folder, last, validation, watch.Elapsed.TotalSeconds), input.Json(parsed));
        return ExitCode.Done;
    }

    private void DescribeAll(T tuning, TuneStart start, string folder)
    {
        ExampleSplit split = start.Examples.Split;
        TrainingSettings settings = tuning.Settings;
        string trained = start.State.Full ? "all" : "an adapter's";
        string what = start.State.Groups is null ? start.Examples.Kind.Name : "prompts";
        string epochs = start.State.Groups is not null ? "" : Invariant(
            $"{settings.Steps / ExampleTuning.StepsPerEpoch(split.Training.Count, settings.BatchSize, settings.Accumulate):0.##} epochs, ");
        string frozen = start.State.Weights == WeightType.Float32 ? "" : $" (the model's are frozen, as {CommonOptions.NameOf(start.State.Weights)})";
        string after = start.State.Adapter is TuningFile first ? $" after the adapter {first.Path}" : "";
        io.Note(Invariant($"training {trained} {tuning.Parameters:N0} weights{frozen}{after} on {split.Training.Count:N0} {what} ")
            + Invariant($"({split.Validation.Count:N0} for validation) with the template '{start.Examples.Template.Name}', ")
            + Invariant($"steps {tuning.Step} to {settings.Steps}, {epochs}into {folder}"));
    }
}
