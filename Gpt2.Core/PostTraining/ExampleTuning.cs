// Methods that learn from examples in a file, again and again: supervised fine-tuning, reward models and DPO.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>Steps on batches of examples, and the loss of those kept for validation.</summary>
internal abstract class ExampleTuning : Tuning
{
    /// <summary>Validation examples that are computed together.</summary>
    private const int Validated = 32;

    private readonly ExampleBatches batches;
    private readonly PreparedExample[][] validation;

    /// <param name="parts">What is trained.</param>
    /// <param name="examples">The examples to learn and those to validate on.</param>
    /// <param name="head">The head of a reward model; null for none.</param>
    protected ExampleTuning(TuningParts parts, ExampleSplit examples, RewardHead? head = null)
        : base(parts, head)
    {
        Examples = examples;
        batches = new ExampleBatches(examples.Training, Settings.BatchSize, Settings.Seed);
        validation = [.. ExactMatch.Some(examples.Validation, Settings.EvaluationWindows).OrderBy(example => example.Length).Chunk(Validated)];
    }

    public ExampleSplit Examples { get; }

    /// <inheritdoc/>
    public override double TokensPerStep =>
        Examples.Training.Average(example => SequencesOf(example).Sum(sequence => sequence.Ids.Count)) * Settings.BatchSize * Settings.Accumulate;

    /// <summary>How many steps an epoch takes.</summary>
    /// <param name="examples">Number of examples.</param>
    /// <param name="batchSize">Examples in a batch.</param>
    /// <param name="accumulate">Batches in a step.</param>
    public static double StepsPerEpoch(int examples, int batchSize, int accumulate) => (((examples - 1) / batchSize) + 1) / (double)accumulate;

    /// <inheritdoc/>
    public override StepResult RunStep()
    {
        PreparedExample[][] taken = [.. Enumerable.Range(0, Settings.Accumulate).Select(pass =>
            batches.ExamplesOf(((long)Step * Settings.Accumulate) + pass).ToArray())];
        int counted = taken.Sum(batch => batch.Sum(CountOf));
        double loss = 0;
        BeginFigures();
        for (int pass = 0; pass < taken.Length; pass++)
        {
            ulong seed = BatchSource.SeedOf(Settings.Seed, 4, ((ulong)Step * (ulong)Settings.Accumulate) + (ulong)pass);
            TokenSequence[] sequences = [.. taken[pass].SelectMany(SequencesOf)];
            loss += Finite(() => Add(sequences, counted, seed));
        }

        return Update(loss);
    }

    /// <inheritdoc/>
    public override double ValidationLoss(CancellationToken cancellation)
    {
        double loss = 0;
        foreach (PreparedExample[] batch in validation)
        {
            cancellation.ThrowIfCancellationRequested();
            TokenSequence[] sequences = [.. batch.SelectMany(SequencesOf)];
            loss += Finite(() => SummedLoss(sequences));
        }

        return loss / validation.Sum(batch => batch.Sum(CountOf)); // NaN if there are none
    }

    /// <summary>The sequences to read for an example.</summary>
    protected abstract IReadOnlyList<TokenSequence> SequencesOf(PreparedExample example);

    /// <summary>How much an example counts in the mean loss: its tokens, or 1 as a pair.</summary>
    protected abstract int CountOf(PreparedExample example);

    /// <summary>Adds the gradients of (summed loss / counted), and returns that loss.</summary>
    protected abstract double Add(TokenSequence[] sequences, int counted, ulong seed);

    /// <summary>The summed loss of validation examples.</summary>
    protected abstract double SummedLoss(TokenSequence[] sequences);

    /// <summary>Clears the figures of the last step before the next one begins.</summary>
    protected virtual void BeginFigures()
    {
    }
}
