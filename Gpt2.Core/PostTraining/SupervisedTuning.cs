// Supervised fine-tuning: steps on batches of examples, of an adapter or of all weights. TrainingRun runs it in a folder, as it does
// with training.

using Gpt2.Core.Model;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>Trains a model to answer as examples do.</summary>
internal sealed class SupervisedTuning : ITraining
{
    /// <summary>Validation examples that are computed together.</summary>
    private const int Validated = 32;

    private readonly Gpt2Model model;
    private readonly Adapter? adapter;
    private readonly Vocabulary vocabulary;
    private readonly TuningState state;
    private readonly ExampleBatches batches;
    private readonly TokenMicroBatches passes;
    private readonly MatrixGradients gradients;
    private readonly TokenSequence[][] validation;

    /// <param name="model">The model, whose weights are matrices; without an adapter they are trained.</param>
    /// <param name="adapter">The adapter to train; null to train all weights.</param>
    /// <param name="vocabulary">The model's vocabulary, for its files.</param>
    /// <param name="examples">The examples to learn and those to validate on; of preferences, the chosen answers.</param>
    /// <param name="state">What checkpoints and the result say about the run; its settings are those of the run.</param>
    /// <exception cref="Gpt2Exception">The settings are not valid.</exception>
    public SupervisedTuning(Gpt2Model model, Adapter? adapter, Vocabulary vocabulary, ExampleSplit examples, TuningState state)
    {
        if (state.Settings.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        this.model = model;
        this.adapter = adapter;
        this.vocabulary = vocabulary;
        this.state = state;
        Examples = examples;
        batches = new ExampleBatches(examples.Training, Settings.BatchSize, Settings.Seed);
        passes = new TokenMicroBatches(model, adapter, Settings.Dropout);
        gradients = new MatrixGradients(adapter?.Matrices() ?? model.Weights.Matrices());
        Optimizer = new MatrixOptimizer(gradients.Trained, Settings.Optimizer);
        validation = [.. ExactMatch.Some(examples.Validation, Settings.EvaluationWindows)
            .OrderBy(example => example.Length).Select(Learned).Chunk(Validated)];
    }

    public TrainingSettings Settings => state.Settings;

    public TuningState State => state;

    public int Step => Optimizer.Step;

    public MatrixOptimizer Optimizer { get; }

    public ExampleSplit Examples { get; }

    /// <summary>The model as trained so far.</summary>
    public Gpt2Model Model => passes.Model;

    /// <summary>Number of weights that are trained.</summary>
    public long Parameters => gradients.Trained.Sum(matrix => (long)matrix.Span.Length);

    /// <summary>Mean number of tokens that a step reads.</summary>
    public double TokensPerStep => Examples.Training.Average(example => Learned(example).Ids.Count) * Settings.BatchSize * Settings.Accumulate;

    /// <summary>How many steps an epoch takes.</summary>
    /// <param name="examples">Number of examples.</param>
    /// <param name="batchSize">Examples in a batch.</param>
    /// <param name="accumulate">Batches in a step.</param>
    public static double StepsPerEpoch(int examples, int batchSize, int accumulate) => (((examples - 1) / batchSize) + 1) / (double)accumulate;

    /// <inheritdoc/>
    public StepResult RunStep()
    {
        TokenSequence[][] taken =
            [.. Enumerable.Range(0, Settings.Accumulate).Select(pass => Batch(((long)Step * Settings.Accumulate) + pass))];
        int counted = taken.Sum(batch => batch.Sum(Counted));
        double loss = 0;
        for (int pass = 0; pass < taken.Length; pass++)
        {
            ulong seed = BatchSource.SeedOf(Settings.Seed, 4, ((ulong)Step * (ulong)Settings.Accumulate) + (ulong)pass);
            loss += Finite(() => passes.Add(taken[pass], counted, seed, gradients));
        }

        float learningRate = Settings.LearningRateAt(Step);
        double norm = Optimizer.Update(gradients.Gradients, learningRate, model.Kernels, gradients.Trained, clearGradients: true);
        return new StepResult(Step, loss, norm, learningRate);
    }

    /// <inheritdoc/>
    public double ValidationLoss(CancellationToken cancellation)
    {
        double loss = 0;
        foreach (TokenSequence[] batch in validation)
        {
            cancellation.ThrowIfCancellationRequested();
            loss += Finite(() => passes.SummedLoss(batch));
        }

        return loss / validation.Sum(batch => batch.Sum(Counted)); // NaN if there are none
    }

    /// <inheritdoc/>
    public void WriteCheckpoint(string checkpoints) => Checkpoint.Put(
        checkpoints, Step, target => Write(target, staged => Checkpoint.WriteOptimizer(staged, Optimizer)));

    /// <inheritdoc/>
    public void WriteResult(string folder) => Write(folder, also: _ => { });

    /// <summary>Writes an adapter folder or a model folder, with how it was made.</summary>
    private void Write(string folder, Action<string> also)
    {
        void Also(string staged)
        {
            (state with { Step = Step }).Write(staged);
            also(staged);
        }

        if (adapter is null)
        {
            CsvModelFolder.Write(folder, model.Weights, vocabulary, also: Also);
        }
        else
        {
            AdapterFolder.Write(folder, adapter, Also);
        }
    }

    /// <summary>Computes a loss. Examples and model are known to be sound, so after an update a failure is that of the update.</summary>
    private double Finite(Func<double> loss)
    {
        try
        {
            return loss();
        }
        catch (Gpt2Exception e) when (Step > 0)
        {
            throw new Gpt2Exception($"the loss after step {Step} is not finite: training has diverged", e)
            {
                Remedy = "take a lower --learning-rate",
            };
        }
    }

    private TokenSequence[] Batch(long number) => [.. batches.ExamplesOf(number).Select(Learned)];

    /// <summary>The sequence to learn: of preferences, that with the chosen answer.</summary>
    private static TokenSequence Learned(PreparedExample example) => example.Sequences[0];

    private static int Counted(TokenSequence sequence) => sequence.Targets.Count(target => target >= 0);
}
