// Training of a whole model as a run in a folder: its checkpoints and its result are model folders.

using System.Globalization;
using Gpt2.Core.Numerics;
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
    public TrainingSettings Settings => trainer.Settings;

    public int Step => trainer.Optimizer.Step;

    public StepResult RunStep() => trainer.RunStep();

    public double ValidationLoss(CancellationToken cancellation) => trainer.ValidationLoss(cancellation);

    public void WriteCheckpoint(string checkpoints) =>
        Checkpoint.Write(checkpoints, state with { Step = Step }, trainer.Model.Weights, trainer.Optimizer, vocabulary);

    public void WriteResult(string folder)
    {
        RoundWeights();
        CsvModelFolder.Write(folder, trainer.Model.Weights, vocabulary, cancellation: CancellationToken.None);
    }

    private void RoundWeights()
    {
        if (Settings.Digits == 0)
        {
            return;
        }

        string format = "G" + Settings.Digits.ToString(CultureInfo.InvariantCulture);
        foreach (Matrix matrix in trainer.Model.Weights.Matrices())
        {
            foreach (ref float weight in matrix.Span)
            {
                weight = float.Parse(weight.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            }
        }
    }
}
