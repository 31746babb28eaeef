// What a model answers when it is asked: rewards, distance from the reference and length of sampled answers, by which runs of DPO and
// GRPO can be compared.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>Means over sampled answers.</summary>
/// <param name="Answers">Number of answers.</param>
/// <param name="Reward">The reward that is learned from; null if there is none.</param>
/// <param name="TrueReward">The reward that is only looked at; null if there is none.</param>
/// <param name="Kl">The divergence from the reference in nats per token, as in <see cref="GroupLoss"/>.</param>
/// <param name="Length">Tokens, with the end token.</param>
internal sealed record AnswerFigures(int Answers, double? Reward, double? TrueReward, double Kl, double Length)
{
    /// <summary>The columns of the log for an evaluation.</summary>
    /// <param name="figures">The evaluation; null if there was none.</param>
    /// <param name="reward">Whether there is a reward.</param>
    /// <param name="trueReward">Whether there is a true reward.</param>
    public static IEnumerable<StepFigure> Columns(AnswerFigures? figures, bool reward, bool trueReward) =>
    [
        .. reward ? (StepFigure[])[new(LossCurve.Validation + "reward", figures?.Reward)] : [],
        .. trueReward ? (StepFigure[])[new(LossCurve.Validation + "true_reward", figures?.TrueReward)] : [],
        new(LossCurve.Validation + "kl", figures?.Kl),
        new(LossCurve.Validation + "length", figures?.Length),
    ];
}

/// <summary>Asks a model prompts that are kept for validation, each time with the same random numbers.</summary>
/// <param name="sampler">Samples the answers.</param>
/// <param name="reference">The model to compare with.</param>
/// <param name="prompts">The prompts, one or more.</param>
/// <param name="count">Answers of each.</param>
/// <param name="reward">The reward that is learned from; null for none.</param>
/// <param name="trueReward">The reward that is only looked at; null for none.</param>
/// <param name="seed">The seed of the answers.</param>
internal sealed class AnswerEvaluation(
    AnswerSampler sampler, TokenMicroBatches reference, IReadOnlyList<PreparedExample> prompts, int count, IReward? reward,
    IReward? trueReward, ulong seed)
{
    public bool HasReward => reward is not null;

    public bool HasTrueReward => trueReward is not null;

    public AnswerFigures Of(TokenMicroBatches policy, CancellationToken cancellation)
    {
        SampledAnswer[] answers = sampler.Sample(policy.Model, prompts, count, BatchSource.SeedOf(seed, 6, 0), cancellation);
        TokenSequence[] sequences = [.. answers.Select(answer => answer.Sequence)];
        double[][] now = policy.Evaluate(sequences), before = reference.Evaluate(sequences);
        GroupResult group = new GroupLoss().Of(now, now, before, new double[answers.Length], answers.Length);
        return new AnswerFigures(
            answers.Length, reward?.Of(answers, cancellation).Average(), trueReward?.Of(answers, cancellation).Average(),
            group.Divergences.Average(tokens => tokens.Average()), answers.Average(answer => answer.Ids.Count));
    }
}
