// What all methods of post-training have in common: the matrices that are trained, their optimiser, and the files of checkpoints and of
// the result. What a step learns is left to SupervisedTuning, RewardTuning, PreferenceTuning and GroupTuning.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>What a run of post-training trains, and on what.</summary>
/// <param name="Model">The model, whose weights are matrices; without an adapter they are trained.</param>
/// <param name="Adapter">The adapter to train; null to train all weights.</param>
/// <param name="Vocabulary">The model's vocabulary.</param>
/// <param name="State">What checkpoints and the result say about the run; its settings are those of the run.</param>
internal sealed record TuningParts(Gpt2Model Model, Adapter? Adapter, Vocabulary Vocabulary, TuningState State);

/// <summary>Trains an adapter or all weights of a model, and perhaps a head, in a folder.</summary>
internal abstract class Tuning : ITraining
{
    private readonly TuningParts parts;
    private readonly RewardHead? head;

    /// <param name="parts">What is trained.</param>
    /// <param name="head">The head of a reward model, which is trained too; null for none.</param>
    /// <exception cref="Gpt2Exception">The settings are not valid.</exception>
    protected Tuning(TuningParts parts, RewardHead? head = null)
    {
        if (parts.State.Settings.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        this.parts = parts;
        this.head = head;
        Passes = new TokenMicroBatches(parts.Model, parts.Adapter, Settings.Dropout, head);
        IEnumerable<Matrix> trained = parts.Adapter?.Matrices() ?? parts.Model.Weights.Matrices();
        Gradients = new MatrixGradients(head is null ? trained : trained.Append(head.Weight));
        Optimizer = new MatrixOptimizer(Gradients.Trained, Settings.Optimizer);
    }

    public TrainingSettings Settings => parts.State.Settings;

    public TuningState State => parts.State;

    /// <inheritdoc/>
    public virtual int Step => Optimizer.Step;

    /// <inheritdoc/>
    public virtual string LossUnit => "nats per token";

    /// <inheritdoc/>
    public virtual IReadOnlyList<LossYardstick> Yardsticks => [];

    /// <inheritdoc/>
    public virtual IReadOnlyList<StepFigure> Figures => [];

    public MatrixOptimizer Optimizer { get; }

    /// <summary>The model as trained so far.</summary>
    public Gpt2Model Model => Passes.Model;

    /// <summary>Number of weights that are trained.</summary>
    public long Parameters => Gradients.Trained.Sum(matrix => (long)matrix.Span.Length);

    /// <summary>Mean number of tokens that a step reads.</summary>
    public abstract double TokensPerStep { get; }

    protected TokenMicroBatches Passes { get; }

    protected MatrixGradients Gradients { get; }

    /// <inheritdoc/>
    public abstract StepResult RunStep();

    /// <inheritdoc/>
    public abstract double ValidationLoss(CancellationToken cancellation);

    /// <inheritdoc/>
    public void WriteCheckpoint(string checkpoints) => Checkpoint.Put(
        checkpoints, Step, target => Write(target, staged =>
        {
            Checkpoint.WriteOptimizer(staged, Optimizer);
            CheckpointRecord.Write(staged, (State with { Step = Step }).Facts(), parts.Model.Config, parts.Vocabulary, Gradients.Trained, Optimizer);
        }));

    /// <summary>Goes on from a checkpoint whose model, adapter and head have been read: takes its optimiser.</summary>
    /// <param name="checkpoint">The folder of the checkpoint.</param>
    /// <param name="updates">Number of updates done.</param>
    /// <exception cref="Gpt2Exception">Something is not what the checkpoint was written with.</exception>
    public void Restore(string checkpoint, int updates)
    {
        CheckpointRecord.ReadIfThere(checkpoint)?.RequireTrained(Gradients.Trained);
        Checkpoint.ReadOptimizer(checkpoint, updates, Optimizer);
    }

    /// <inheritdoc/>
    public void WriteResult(string folder)
    {
        DecimalDigits.Keep(Gradients.Trained, Settings.Digits);
        Write(folder, also: _ => { });
    }

    /// <summary>Updates what is trained with the gradients so far.</summary>
    /// <param name="loss">The loss of which they are the gradients.</param>
    /// <exception cref="Gpt2Exception">They are not finite: training has diverged.</exception>
    protected StepResult Update(double loss)
    {
        float learningRate = Settings.LearningRateAt(Step);
        double norm = Optimizer.Update(Gradients.Gradients, learningRate, parts.Model.Kernels, Gradients.Trained, clearGradients: true);
        return new StepResult(Step, loss, norm, learningRate);
    }

    /// <summary>Computes something. Model and examples have been checked, so a failure after an update means that training has diverged.</summary>
    protected T Finite<T>(Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (Gpt2Exception e) when (Step > 0)
        {
            throw new Gpt2Exception($"the loss after step {Step} is not finite: training has diverged", e)
            {
                Remedy = "take a lower --learning-rate",
            };
        }
    }

    /// <summary>Writes an adapter folder or a model folder, with how it was made.</summary>
    private void Write(string folder, Action<string> also)
    {
        void Also(string staged)
        {
            (State with { Step = Step }).Write(staged);
            if (head is not null)
            {
                CsvMatrixFile.Write(Path.Combine(staged, RewardHead.FileName), head.Weight);
            }

            also(staged);
        }

        if (parts.Adapter is null)
        {
            CsvModelFolder.Write(folder, parts.Model.Weights, parts.Vocabulary, also: Also);
        }
        else
        {
            AdapterFolder.Write(folder, parts.Adapter, Also);
        }
    }
}
