// What TrainingRun asks of whatever is trained in a folder: steps, and the files of a checkpoint and of the result.

namespace Gpt2.Core.Training;

/// <summary>Training that can be run in a folder, stopped and resumed.</summary>
internal interface ITraining
{
    public TrainingSettings Settings { get; }

    /// <summary>Number of steps done.</summary>
    public int Step { get; }

    /// <summary>Does a step.</summary>
    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    public StepResult RunStep();

    /// <summary>Mean loss of what is kept for validation; NaN if nothing is.</summary>
    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    public double ValidationLoss(CancellationToken cancellation);

    /// <summary>Writes a checkpoint into the folder of checkpoints.</summary>
    public void WriteCheckpoint(string checkpoints);

    /// <summary>Writes the result of the finished run into its folder.</summary>
    public void WriteResult(string folder);
}
