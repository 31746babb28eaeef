// Methods that learn from pairs of a better and a worse answer, reward models and DPO, and the figures by which they are watched.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>What a pair of answers got.</summary>
/// <param name="Chosen">The chosen answer's reward or log-probability.</param>
/// <param name="Rejected">That of the rejected one.</param>
/// <param name="Margin">Above 0 if the chosen answer is preferred.</param>
/// <param name="ChosenGain">How much more probable the chosen answer is than under the reference, in nats; 0 if there is none.</param>
/// <param name="RejectedGain">The same for the rejected one.</param>
internal readonly record struct PairScore(double Chosen, double Rejected, double Margin, double ChosenGain = 0, double RejectedGain = 0)
{
    /// <summary>1 if the chosen answer is preferred, ½ if neither is.</summary>
    public double IsRight => Margin > 0 ? 1 : Margin == 0 ? 0.5 : 0;
}

/// <summary>Steps on pairs, and the share of them that is ordered right.</summary>
internal abstract class PairTuning(TuningParts parts, ExampleSplit examples, RewardHead? head) : ExampleTuning(parts, examples, head)
{
    private readonly List<PairScore> trained = [], validated = [];

    /// <inheritdoc/>
    public override string LossUnit => "nats per pair";

    /// <summary>ln 2: both answers are as good.</summary>
    public override IReadOnlyList<LossYardstick> Yardsticks => [new("preferring neither answer", Math.Log(2))];

    /// <inheritdoc/>
    public override IReadOnlyList<StepFigure> Figures =>
    [
        .. FiguresOf(trained),
        .. FiguresOf(validated).Select(figure => figure with { Name = LossCurve.Validation + figure.Name }),
    ];

    /// <summary>The share of validation pairs that were ordered right in the last evaluation; null if there was none.</summary>
    public double? ValidationAccuracy => Mean(validated, score => score.IsRight);

    /// <inheritdoc/>
    public override double ValidationLoss(CancellationToken cancellation)
    {
        validated.Clear();
        return base.ValidationLoss(cancellation);
    }

    protected override int CountOf(PreparedExample example) => 1;

    protected override double Add(TokenSequence[] sequences, int counted, ulong seed)
    {
        var scores = new PairScore[sequences.Length / 2];
        Func<int, double[][], TokenLoss> lossOf = LossOf(sequences, counted, scores);
        double loss = Passes.Add(sequences, together: 2, lossOf, seed, Gradients);
        trained.AddRange(scores);
        return loss;
    }

    protected override double SummedLoss(TokenSequence[] sequences)
    {
        var scores = new PairScore[sequences.Length / 2];
        double loss = LossOf(sequences, counted: 1, scores)(0, Passes.Evaluate(sequences)).Loss;
        validated.AddRange(scores);
        return loss;
    }

    protected override void BeginFigures()
    {
        trained.Clear();
        validated.Clear();
    }

    /// <summary>The loss of parts of some pairs.</summary>
    /// <param name="sequences">chosen, rejected, chosen, rejected, ….</param>
    /// <param name="counted">The number of pairs in the whole update.</param>
    /// <param name="scores">Receives what each pair got.</param>
    protected abstract Func<int, double[][], TokenLoss> LossOf(TokenSequence[] sequences, int counted, PairScore[] scores);

    /// <summary>The columns of the log for some pairs.</summary>
    protected abstract IEnumerable<StepFigure> FiguresOf(IReadOnlyList<PairScore> scores);

    /// <summary>A mean over pairs; null if there are none.</summary>
    protected static double? Mean(IReadOnlyList<PairScore> scores, Func<PairScore, double> of) => scores.Count == 0 ? null : scores.Average(of);
}
