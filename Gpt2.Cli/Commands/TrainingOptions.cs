// The options of how to train, which training and post-training share.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Training;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>Options that become <see cref="TrainingSettings"/>, and those of reports.</summary>
internal sealed class TrainingOptions
{
    private readonly Option<int?> batchSize, warmup, evaluateEvery, checkpointEvery;
    private readonly Option<int?> accumulate = Size("--accumulate", "Passes per update. Default: 1.");
    private readonly Option<float?> learningRate, minLearningRate, weightDecay, clipNorm, dropout;
    private readonly bool samples;

    /// <param name="standard">The defaults that the descriptions name.</param>
    /// <param name="steps">The default of --steps.</param>
    /// <param name="items">What a batch has: windows or examples.</param>
    /// <param name="rate">The default of --learning-rate.</param>
    /// <param name="dropped">What --dropout is for.</param>
    /// <param name="reportEvery">The default of --report-every.</param>
    /// <param name="samples">Whether a step learns from samples of the model, so that it has no --accumulate and no --dropout.</param>
    public TrainingOptions(
        TrainingSettings standard, string steps, string items, string rate, string dropped, int reportEvery = 50, bool samples = false)
    {
        this.samples = samples;
        ReportEvery = CommonOptions.Count("--report-every", [], "Steps between lines of progress.", least: 1, standard: reportEvery);
        Steps = Size("--steps", $"Updates of the weights. Default: {steps}.");
        batchSize = Size("--batch-size", $"{items} per pass. Default: {standard.BatchSize}.");
        warmup = Size(
            "--warmup", $"Steps in which the learning rate rises. Default: {standard.Warmup}, but at most a tenth of the steps.", least: 0);
        learningRate = Decimal("--learning-rate", $"The highest learning rate. Default: {rate}.");
        minLearningRate = Decimal("--min-learning-rate", "The learning rate at the end. Default: a tenth of the highest.");
        weightDecay = Decimal("--weight-decay", Invariant($"Weight decay of matrices. Default: {standard.Optimizer.WeightDecay}."));
        clipNorm = Decimal("--clip-norm", Invariant($"The maximum norm of the gradients, 0 for no limit. Default: {standard.Optimizer.ClipNorm}."));
        dropout = Decimal("--dropout", $"{dropped}. Default: 0.");
        evaluateEvery = Size("--eval-every", $"Steps between evaluations. Default: {standard.EvaluateEvery}.");
        checkpointEvery = Size("--checkpoint-every", $"Steps between checkpoints. Default: {standard.CheckpointEvery}.");
    }

    public Option<int?> Steps { get; }

    public Option<int> ReportEvery { get; }

    /// <summary>The options of what a step does.</summary>
    public Option[] OfSteps => samples
        ? [Steps, batchSize, warmup, learningRate, minLearningRate, weightDecay, clipNorm]
        : [Steps, batchSize, accumulate, warmup, learningRate, minLearningRate, weightDecay, clipNorm, dropout];

    /// <summary>The options of what comes between steps.</summary>
    public Option[] BetweenSteps => [evaluateEvery, checkpointEvery, ReportEvery];

    /// <summary>The settings of a run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="standard">What is not given.</param>
    /// <param name="stepsOf">The number of steps, if it is not given and follows from the other settings; null otherwise.</param>
    public TrainingSettings Read(ParseResult parsed, TrainingSettings standard, Func<TrainingSettings, int>? stepsOf = null)
    {
        float rate = parsed.GetValue(learningRate) ?? standard.LearningRate;
        bool givenRate = parsed.GetValue(learningRate) is not null;
        TrainingSettings settings = standard with
        {
            BatchSize = parsed.GetValue(batchSize) ?? standard.BatchSize,
            Accumulate = CommonOptions.Given(parsed, accumulate) ?? standard.Accumulate,
            LearningRate = rate,
            MinLearningRate = parsed.GetValue(minLearningRate) ?? (givenRate ? rate / 10 : standard.MinLearningRate),
            Dropout = CommonOptions.Given(parsed, dropout) ?? standard.Dropout,
            EvaluateEvery = parsed.GetValue(evaluateEvery) ?? standard.EvaluateEvery,
            CheckpointEvery = parsed.GetValue(checkpointEvery) ?? standard.CheckpointEvery,
            Optimizer = standard.Optimizer with
            {
                WeightDecay = parsed.GetValue(weightDecay) ?? standard.Optimizer.WeightDecay,
                ClipNorm = parsed.GetValue(clipNorm) ?? standard.Optimizer.ClipNorm,
            },
        };
        int steps = parsed.GetValue(Steps) ?? stepsOf?.Invoke(settings) ?? standard.Steps;
        return settings with { Steps = steps, Warmup = parsed.GetValue(warmup) ?? Math.Min(standard.Warmup, steps / 10) };
    }

    /// <summary>The settings of a run are in its checkpoint; only the options for reports may be given again.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="file">The file that the run learns from.</param>
    /// <param name="what">What is in it.</param>
    /// <param name="allowed">Options that may be given, besides --report-every.</param>
    /// <exception cref="UsageException">The file or another option was given.</exception>
    public void RefuseWithResume(ParseResult parsed, Argument<string?> file, string what, params Option[] allowed)
    {
        if (parsed.GetValue(file) is not null)
        {
            throw new UsageException($"--resume continues the run with its original {what}: expected no FILE with it");
        }

        foreach (Option option in parsed.CommandResult.Command.Options.Except([ReportEvery, .. allowed]))
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new UsageException($"--resume continues the run with its original settings: expected no {option.Name} with it");
            }
        }
    }

    public static Option<float?> Decimal(string name, string description) =>
        CommonOptions.Number<float>(name, [], description, "a number such as 0.001");

    public static Option<int?> Size(string name, string description, int least = 1, int? most = null) =>
        CommonOptions.Whole(name, [], description, least, most);
}
