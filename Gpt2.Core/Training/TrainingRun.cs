// A run in a folder: steps, evaluations, log, curve, checkpoints, and at the end the model. It can be stopped or killed
// at any moment; resumed from its newest checkpoint, it ends with the same result.

using System.Globalization;
using Gpt2.Core.Files;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Core.Training;

/// <summary>Trains in a folder.</summary>
internal sealed class TrainingRun
{
    private const string CheckpointFolder = "checkpoints";

    private readonly string folder;
    private readonly Trainer trainer;
    private readonly Vocabulary? vocabulary;
    private readonly RunState state;

    /// <param name="folder">The folder of the run; at the end it is a model folder.</param>
    /// <param name="trainer">
    /// Model, text and settings; with the optimiser of a checkpoint if the run is resumed.
    /// </param>
    /// <param name="vocabulary">The model's vocabulary.</param>
    /// <param name="state">The contents of checkpoints besides weights and optimiser.</param>
    public TrainingRun(string folder, Trainer trainer, Vocabulary? vocabulary, RunState state)
    {
        this.folder = folder;
        this.trainer = trainer;
        this.vocabulary = vocabulary;
        this.state = state;
        Directory.CreateDirectory(FinalPath.Of(folder));
        TrainingLog.Begin(LogFile, trainer.Optimizer.Step);
    }

    public string LogFile => Path.Combine(folder, TrainingLog.FileName);

    public string CurveFile => Path.Combine(folder, "loss.svg");

    /// <summary>The newest checkpoint of a run's folder, or null.</summary>
    public static string? NewestCheckpoint(string folder) => Checkpoint.Newest(Path.Combine(folder, CheckpointFolder));

    /// <summary>Trains to the last step and writes the model.</summary>
    /// <param name="report">Receives every step, with the validation loss if there was an evaluation.</param>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    /// <exception cref="Gpt2Exception">Training has diverged, or the folder cannot be written.</exception>
    public void Run(Action<StepResult, double?> report, CancellationToken cancellation)
    {
        TrainingSettings settings = trainer.Settings;
        while (trainer.Optimizer.Step < settings.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                WriteCheckpoint();
                cancellation.ThrowIfCancellationRequested();
            }

            StepResult result = trainer.RunStep();
            bool last = result.Step == settings.Steps;
            double? validation = result.Step % settings.EvaluateEvery == 0 || last ? trainer.ValidationLoss(CancellationToken.None) : null;
            validation = validation is double loss && double.IsNaN(loss) ? null : validation;
            TrainingLog.Append(LogFile, new LogLine(result.Step, result.Loss, validation, result.LearningRate, result.GradientNorm));
            report(result, validation);
            if (result.Step % settings.CheckpointEvery == 0 && !last)
            {
                WriteCheckpoint();
            }
        }

        DrawCurve();
        RoundWeights();
        CsvModelFolder.Write(folder, trainer.Model.Weights, vocabulary, cancellation: CancellationToken.None);
        Checkpoint.Clear(Path.Combine(folder, CheckpointFolder)); // the model is complete, so there is nothing to resume
    }

    private void RoundWeights()
    {
        if (trainer.Settings.Digits == 0)
        {
            return;
        }

        string format = "G" + trainer.Settings.Digits.ToString(CultureInfo.InvariantCulture);
        foreach (Matrix matrix in trainer.Model.Weights.Matrices())
        {
            foreach (ref float weight in matrix.Span)
            {
                weight = float.Parse(weight.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            }
        }
    }

    private void WriteCheckpoint()
    {
        DrawCurve();
        Checkpoint.Write(
            Path.Combine(folder, CheckpointFolder), state with { Step = trainer.Optimizer.Step }, trainer.Model.Weights,
            trainer.Optimizer, vocabulary);
    }

    private void DrawCurve()
    {
        IReadOnlyList<LogLine> log = TrainingLog.Read(LogFile);
        if (log.Count > 0)
        {
            OutputFile.WriteText(CurveFile, LossCurve.Svg(log));
        }
    }
}
