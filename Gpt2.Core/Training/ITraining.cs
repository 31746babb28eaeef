// What TrainingRun asks of whatever is trained in a folder: steps, and the files of a checkpoint and of the result.

namespace Gpt2.Core.Training;

/// <summary>A figure of a step besides its loss: a column of the log.</summary>
/// <param name="Name">The column's name, such as kl.</param>
/// <param name="Value">Its value; null if this step has none.</param>
internal readonly record struct StepFigure(string Name, double? Value);

/// <summary>Training that can be run in a folder, stopped and resumed.</summary>
internal interface ITraining
{
    public TrainingSettings Settings { get; }

    /// <summary>What the loss is measured in, for the curve.</summary>
    public string LossUnit => "nats per token";

    /// <summary>Losses to compare with, for the curve.</summary>
    public IReadOnlyList<LossYardstick> Yardsticks => [];

    /// <summary>
    /// The figures of the last step, with those of the evaluation after it if there was one: always the same names, none if the loss says
    /// all.
    /// </summary>
    public IReadOnlyList<StepFigure> Figures => [];

    /// <summary>Number of steps done.</summary>
    public int Step { get; }

    /// <summary>
    /// Does a step. If it fails after training has gone back to an earlier step, that is the last good one.
    /// </summary>
    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before it changed anything.</exception>
    public StepResult RunStep();

    /// <summary>Mean loss of what is kept for validation; NaN if nothing is.</summary>
    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    public double ValidationLoss(CancellationToken cancellation);

    /// <summary>Writes a checkpoint into the folder of checkpoints.</summary>
    public void WriteCheckpoint(string checkpoints);

    /// <summary>Writes the result of the finished run into its folder.</summary>
    public void WriteResult(string folder);
}
