// A run of training or post-training in its folder: the lock, the lines of progress, and what is said when it is stopped.

using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Files;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Commands;

/// <summary>Runs training in a folder.</summary>
/// <param name="folder">The folder.</param>
/// <param name="resume">The command that resumes such a run, before the name of the folder.</param>
/// <param name="io">Where progress is reported.</param>
internal sealed class TrainingFolder(string folder, string resume, CommandIo io)
{
    /// <summary>Two runs in one folder would both write to its log and checkpoints.</summary>
    public static FolderLock Lock(string folder)
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

    /// <summary>Throws if a new run would write over something.</summary>
    /// <exception cref="Gpt2Exception">It would.</exception>
    public static void RequireFree(string folder)
    {
        if (TrainingRun.NewestCheckpoint(folder) is not null)
        {
            string remedy = $"continue it with --resume {folder}, or choose another folder";
            throw new Gpt2Exception("holds a run that was stopped") { Where = folder, Remedy = remedy };
        }

        if (ResultIn(folder) is string result)
        {
            throw new Gpt2Exception($"holds {result}") { Where = folder, Remedy = "choose another folder, or delete that one first" };
        }
    }

    /// <summary>The result of a run that a folder holds: a model or an adapter; null if it holds none.</summary>
    public static string? ResultIn(string folder) =>
        File.Exists(Path.Combine(folder, HyperparametersFile.FileName)) ? "a model"
        : File.Exists(Path.Combine(folder, AdapterCsv.SettingsFile)) ? "an adapter"
        : null;

    /// <summary>What is said of a folder in which there is nothing to resume.</summary>
    public static Gpt2Exception WithoutCheckpoint(string folder)
    {
        string? above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder));
        foreach (string? run in (string?[])[above, Path.GetDirectoryName(above)])
        {
            if (!string.IsNullOrEmpty(run) && TrainingRun.NewestCheckpoint(run) is not null)
            {
                return new("is inside the folder of a run") { Where = folder, Expected = "that folder", Remedy = $"continue it with --resume {run}" };
            }
        }

        // To lock a folder makes it if it is not there, so a missing one looks like an empty one here.
        bool isEmpty = Directory.EnumerateFileSystemEntries(folder)
            .All(entry => Path.GetFileName(entry).StartsWith(FolderLock.InFolder + ".", StringComparison.Ordinal));
        return new(isEmpty ? "no such folder, or an empty one" : "no checkpoint of a training run")
        {
            Where = folder,
            Expected = isEmpty ? "the folder of a run that was stopped" : "one in its folder 'checkpoints'",
            Remedy = "begin a run without --resume",
        };
    }

    /// <summary>Trains to the last step.</summary>
    /// <param name="training">What is trained.</param>
    /// <param name="tokensPerStep">Tokens that a step reads, as far as is known.</param>
    /// <param name="reportEvery">Steps between lines of progress.</param>
    /// <param name="watch">The time since the run began or was resumed.</param>
    /// <param name="afterStep">Does something else after a step.</param>
    /// <returns>The last step, and the validation loss after it; null if there is nothing to validate on.</returns>
    public (StepResult Step, double? Validation) Train(
        ITraining training, Func<double> tokensPerStep, int reportEvery, Stopwatch watch, Action<StepResult> afterStep)
    {
        int first = training.Step;
        (StepResult, double?) last = default;
        using var lines = new ProgressLines("training", io);
        try
        {
            var run = new TrainingRun(folder, training);
            run.Run(
                (result, validation) =>
                {
                    last = (result, validation);
                    if (result.Step % reportEvery == 0 || validation is not null || training.Figures.Any(IsOfEvaluation))
                    {
                        double perStep = watch.Elapsed.TotalSeconds / Math.Max(1, result.Step - first);
                        Report(training, result, validation, tokensPerStep() / perStep, perStep);
                        lines.SaidElsewhere();
                    }

                    lines.Report($"step {result.Step}/{training.Settings.Steps}");
                    afterStep(result);
                },
                io.Cancellation);
        }
        catch (OperationCanceledException)
        {
            io.Note($"saved after step {training.Step}; go on with: {resume} {folder}");
            throw;
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(folder, "folder", e);
        }

        return last;
    }

    private static bool IsOfEvaluation(StepFigure figure) =>
        figure.Value is not null && figure.Name.StartsWith(LossCurve.Validation, StringComparison.Ordinal);

    private void Report(ITraining training, StepResult result, double? validation, double tokensPerSecond, double perStep)
    {
        string tested = validation is double loss ? string.Create(CultureInfo.InvariantCulture, $"  validation {loss:0.000}") : "";
        string figures = string.Concat(training.Figures.Where(figure => figure.Value is not null).Select(figure =>
            string.Create(CultureInfo.InvariantCulture, $"  {figure.Name.Replace('_', ' ')} {figure.Value:0.0##}")));
        int steps = training.Settings.Steps;
        io.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"step {result.Step}/{steps}  loss {result.Loss:0.000}{tested}{figures}  rate {result.LearningRate:0.0e+0}  "
            + $"{tokensPerSecond:N0} tokens/s  {Duration.Shown(perStep * (steps - result.Step))} left"));
    }
}
