// Training of a whole model as a run in a folder: its checkpoints and its result are model folders.

using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Core.Training;

/// <summary>A <see cref="Trainer"/> with what its files need.</summary>
/// <param name="trainer">
/// Model, text and settings; with the optimiser of a checkpoint if the run is resumed.
/// </param>
/// <param name="vocabulary">The model's vocabulary.</param>
/// <param name="state">The contents of checkpoints besides weights and optimiser.</param>
internal sealed class ModelTraining(Trainer trainer, Vocabulary? vocabulary, RunState state) : ITraining
{
    private LossYardstick[]? yardsticks;

    public TrainingSettings Settings => trainer.Settings;

    public int Step => trainer.Optimizer.Step;

    public IReadOnlyList<LossYardstick> Yardsticks => yardsticks ??= Count();

    public StepResult RunStep() => trainer.RunStep();

    public double ValidationLoss(CancellationToken cancellation) => trainer.ValidationLoss(cancellation);

    public void WriteCheckpoint(string checkpoints) =>
        Checkpoint.Write(checkpoints, state with { Step = Step }, trainer.Model.Weights, trainer.Optimizer, vocabulary);

    public void WriteResult(string folder)
    {
        DecimalDigits.Keep(trainer.Model.Weights.Matrices(), Settings.Digits);
        CsvModelFolder.Write(folder, trainer.Model.Weights, vocabulary, cancellation: CancellationToken.None);
    }

    private LossYardstick[] Count()
    {
        Evaluation.Yardsticks counted = Evaluation.Yardsticks.Of(trainer.Data.Training, trainer.Model.Config.Vocabulary);
        return [new("guessing", counted.Uniform), new("knowing how often each token occurs", counted.Unigram)];
    }
}
