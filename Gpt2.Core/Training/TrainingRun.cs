// A run in a folder: steps, evaluations, log, curve, checkpoints, and at the end the result. It can be stopped or killed
// at any moment; resumed from its newest checkpoint, it ends with the same result.

using Gpt2.Core.Files;

namespace Gpt2.Core.Training;

/// <summary>Trains in a folder.</summary>
internal sealed class TrainingRun
{
    private const string CheckpointFolder = "checkpoints";

    private readonly string folder;
    private readonly ITraining training;

    /// <param name="folder">The folder of the run; at the end the result is in it.</param>
    /// <param name="training">What is trained, from the beginning or from a checkpoint.</param>
    public TrainingRun(string folder, ITraining training)
    {
        this.folder = folder;
        this.training = training;
        Directory.CreateDirectory(FinalPath.Of(folder));
        TrainingLog.Begin(LogFile, training.Step, training.Figures.Select(figure => figure.Name));
    }

    public string LogFile => Path.Combine(folder, TrainingLog.FileName);

    public string CurveFile => Path.Combine(folder, "loss.svg");

    /// <summary>The curves of a training that has more than a loss.</summary>
    public string FiguresFile => Path.Combine(folder, "figures.svg");

    /// <summary>The newest checkpoint of a run's folder, or null.</summary>
    public static string? NewestCheckpoint(string folder) => Checkpoint.Newest(Path.Combine(folder, CheckpointFolder));

    /// <summary>Trains to the last step and writes the result.</summary>
    /// <param name="report">Receives every step, with the validation loss if there was an evaluation.</param>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="Gpt2Exception">Training has diverged, or the folder cannot be written.</exception>
    public void Run(Action<StepResult, double?> report, CancellationToken cancellation)
    {
        TrainingSettings settings = training.Settings;
        while (training.Step < settings.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                WriteCheckpoint();
                cancellation.ThrowIfCancellationRequested();
            }

            StepResult result = RunStep();
            bool last = result.Step == settings.Steps;
            double? validation = result.Step % settings.EvaluateEvery == 0 || last ? training.ValidationLoss(CancellationToken.None) : null;
            validation = validation is double loss && double.IsNaN(loss) ? null : validation;
            TrainingLog.Append(LogFile, new LogLine(result.Step, result.Loss, validation, result.LearningRate, result.GradientNorm)
            {
                Figures = training.Figures,
            });
            report(result, validation);
            if (result.Step % settings.CheckpointEvery == 0 && !last)
            {
                WriteCheckpoint();
            }
        }

        DrawCurve();
        training.WriteResult(folder);
        Checkpoint.Clear(Path.Combine(folder, CheckpointFolder)); // the result is complete, so there is nothing to resume
    }

    /// <summary>Does a step; if it is stopped, or training goes back to an earlier step, there is a checkpoint to go on from.</summary>
    private StepResult RunStep()
    {
        int before = training.Step;
        try
        {
            return training.RunStep();
        }
        catch (OperationCanceledException)
        {
            WriteCheckpoint();
            throw;
        }
        catch (Gpt2Exception) when (training.Step < before)
        {
            Checkpoint.DeleteAfter(Path.Combine(folder, CheckpointFolder), training.Step);
            WriteCheckpoint();
            throw;
        }
    }

    private void WriteCheckpoint()
    {
        DrawCurve();
        training.WriteCheckpoint(Path.Combine(folder, CheckpointFolder));
    }

    private void DrawCurve()
    {
        IReadOnlyList<LogLine> log = TrainingLog.Read(LogFile);
        if (log.Count > 0)
        {
            OutputFile.WriteText(CurveFile, LossCurve.Svg(log, training.LossUnit, training.Yardsticks));
            if (training.Figures.Count > 0)
            {
                OutputFile.WriteText(FiguresFile, LossCurve.SvgOfFigures(log));
            }
        }
    }
}
