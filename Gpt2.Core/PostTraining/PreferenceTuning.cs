// DPO learns from pairs: the chosen answer is to become more probable than the rejected one, compared with the model at the start.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>Trains a model to prefer the chosen answers.</summary>
/// <param name="parts">What is trained; the beta is that of its state.</param>
/// <param name="examples">The pairs.</param>
/// <param name="reference">The model at the start.</param>
/// <param name="answers">Samples answers in evaluations; null for none.</param>
internal sealed class PreferenceTuning(TuningParts parts, ExampleSplit examples, TokenMicroBatches reference, AnswerEvaluation? answers)
    : PairTuning(parts, examples, head: null)
{
    private readonly PreferenceLoss loss = new(parts.State.Beta ?? new PreferenceLoss().Beta);
    private AnswerFigures? answered;

    /// <inheritdoc/>
    public override IReadOnlyList<StepFigure> Figures =>
        answers is null ? base.Figures : [.. base.Figures, .. AnswerFigures.Columns(answered, answers.HasReward, answers.HasTrueReward)];

    /// <summary>The answers of the last evaluation; null if there was none.</summary>
    public AnswerFigures? Answers => answered;

    /// <inheritdoc/>
    public override double ValidationLoss(CancellationToken cancellation)
    {
        answered = answers?.Of(Passes, cancellation);
        return base.ValidationLoss(cancellation);
    }

    protected override IReadOnlyList<TokenSequence> SequencesOf(PreparedExample example) => example.Sequences;

    protected override void BeginFigures()
    {
        base.BeginFigures();
        answered = null;
    }

    protected override Func<int, double[][], TokenLoss> LossOf(TokenSequence[] sequences, int counted, PairScore[] scores)
    {
        double[] before = [.. reference.Evaluate(sequences).Select(tokens => tokens.Sum())];
        return (first, policy) =>
        {
            double[] now = [.. policy.Select(tokens => tokens.Sum())];
            PreferenceResult result = loss.Of(policy, before.AsSpan(first, now.Length), counted);
            for (int i = 0; i < now.Length; i += 2)
            {
                scores[(first + i) / 2] = new PairScore(
                    now[i], now[i + 1], result.Margins[i / 2], now[i] - before[first + i], now[i + 1] - before[first + i + 1]);
            }

            return new TokenLoss(result.Loss, result.Gradient);
        };
    }

    protected override IEnumerable<StepFigure> FiguresOf(IReadOnlyList<PairScore> scores) =>
    [
        new("accuracy", Mean(scores, score => score.IsRight)),
        new("margin", Mean(scores, score => score.Margin)),
        new("chosen", Mean(scores, score => score.Chosen)),
        new("rejected", Mean(scores, score => score.Rejected)),
        new("chosen_gain", Mean(scores, score => score.ChosenGain)),
        new("rejected_gain", Mean(scores, score => score.RejectedGain)),
    ];
}
