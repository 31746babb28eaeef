// A reward model learns from pairs: the chosen answer is to have the higher reward.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>Trains an adapter and a head that gives one number for a prompt and an answer, read to the end token.</summary>
internal sealed class RewardTuning(TuningParts parts, ExampleSplit examples, RewardHead head) : PairTuning(parts, examples, head)
{
    protected override IReadOnlyList<TokenSequence> SequencesOf(PreparedExample example) =>
        [.. example.Sequences.Select(sequence => TokenSequence.Read([.. sequence.Ids, sequence.Targets[^1]]))];

    protected override Func<int, double[][], TokenLoss> LossOf(TokenSequence[] sequences, int counted, PairScore[] scores) => (first, numbers) =>
    {
        double[] rewards = [.. numbers.Select(reward => reward[0])];
        (double loss, double[] gradient) = RewardLoss.Of(rewards, counted);
        for (int i = 0; i < rewards.Length; i += 2)
        {
            scores[(first + i) / 2] = new PairScore(rewards[i], rewards[i + 1], rewards[i] - rewards[i + 1]);
        }

        return new TokenLoss(loss, Array.ConvertAll(gradient, slope => (double[])[slope]));
    };

    protected override IEnumerable<StepFigure> FiguresOf(IReadOnlyList<PairScore> scores) =>
    [
        new("accuracy", Mean(scores, score => score.IsRight)),
        new("chosen", Mean(scores, score => score.Chosen)),
        new("rejected", Mean(scores, score => score.Rejected)),
    ];
}
