// GRPO: a model samples several answers to each prompt, and those with a higher reward than the others become more probable.

using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>An answer with its rewards.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Reward">The reward that is learned from.</param>
/// <param name="TrueReward">The reward that is only looked at; null if there is none.</param>
internal sealed record RewardedAnswer(SampledAnswer Answer, double Reward, double? TrueReward);

/// <summary>Where rewards come from, and what is watched.</summary>
/// <param name="Reward">The reward that is learned from.</param>
/// <param name="TrueReward">The reward that is only looked at; null for none.</param>
/// <param name="Evaluation">Asks the prompts that are kept for validation; null if there are none.</param>
/// <param name="Cancellation">Stops a step before it has changed anything.</param>
internal sealed record GroupRewards(IReward Reward, IReward? TrueReward, AnswerEvaluation? Evaluation, CancellationToken Cancellation);

/// <summary>Trains a model by rewards for its own answers. A step samples once and updates once or several times.</summary>
internal sealed class GroupTuning : Tuning
{
    private readonly GroupSettings groups;
    private readonly GroupLoss loss;
    private readonly ExampleBatches batches;
    private readonly AnswerSampler sampler;
    private readonly TokenMicroBatches reference;
    private readonly GroupRewards rewards;
    private AnswerFigures? validated;
    private StepFigure[] sampled;
    private long tokensRead, steps;
    private (int Updates, float[][] Numbers)? lastGood;

    /// <param name="parts">What is trained; the settings of groups are those of its state.</param>
    /// <param name="prompts">The prompts to learn from.</param>
    /// <param name="sampler">Samples the answers.</param>
    /// <param name="reference">The model at the start.</param>
    /// <param name="rewards">Where rewards come from.</param>
    /// <exception cref="Gpt2Exception">The settings are not valid.</exception>
    public GroupTuning(
        TuningParts parts, IReadOnlyList<PreparedExample> prompts, AnswerSampler sampler, TokenMicroBatches reference, GroupRewards rewards)
        : base(parts)
    {
        groups = parts.State.Groups!;
        if (groups.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        loss = new GroupLoss(groups.Clip, groups.Kl);
        batches = new ExampleBatches(prompts, Settings.BatchSize, Settings.Seed);
        this.sampler = sampler;
        this.reference = reference;
        this.rewards = rewards;
        sampled = FiguresOf(null, null);
    }

    /// <inheritdoc/>
    public override int Step => Optimizer.Step / groups.Updates;

    /// <inheritdoc/>
    public override string LossUnit => "of GRPO";

    /// <inheritdoc/>
    public override IReadOnlyList<StepFigure> Figures => rewards.Evaluation is null
        ? sampled
        : [.. sampled, .. AnswerFigures.Columns(validated, reward: true, rewards.TrueReward is not null)];

    /// <inheritdoc/>
    public override double TokensPerStep => (double)tokensRead / Math.Max(1, steps);

    /// <summary>The answers of the last step.</summary>
    public IReadOnlyList<RewardedAnswer> Answers { get; private set; } = [];

    /// <summary>The last evaluation; null if there was none after the last step.</summary>
    public AnswerFigures? Validated => validated;

    /// <inheritdoc/>
    public override StepResult RunStep()
    {
        validated = null;
        SampledAnswer[] answers = Finite(() => sampler.Sample(
            Model, batches.ExamplesOf(Step), groups.Size, BatchSource.SeedOf(Settings.Seed, 7, (ulong)Step), rewards.Cancellation));
        double[] given = rewards.Reward.Of(answers, rewards.Cancellation);
        double[]? known = rewards.TrueReward?.Of(answers, rewards.Cancellation);
        Answers = [.. answers.Select((answer, i) => new RewardedAnswer(answer, given[i], known?[i]))];
        double[] advantages = [.. given.Chunk(groups.Size).SelectMany(GroupLoss.Advantages)];
        TokenSequence[] sequences = [.. answers.Select(answer => answer.Sequence)];
        tokensRead += sequences.Sum(sequence => sequence.Ids.Count);
        steps++;

        double[][] before = reference.Evaluate(sequences), old = new double[answers.Length][];
        double total = 0, kl = 0, clipped = 0;
        StepResult result = default;
        for (int update = 0; update < groups.Updates; update++)
        {
            var results = new GroupResult[answers.Length];
            double part = Finite(() => Passes.Add(
                sequences, together: 1, (first, policy) => LossOf(first, policy, old, before, advantages, results), seed: 0, Gradients));
            if (update == 0)
            {
                kl = Mean(results, result => result.Divergences);
                RequireNear(kl);
            }

            total += part;
            clipped = Mean(results, result => [.. result.Ratios.Select(ratios => Array.ConvertAll(ratios, IsClipped))]);
            result = Update(part);
        }

        sampled = FiguresOf(kl, clipped);
        return result with { Step = Step, Loss = total / groups.Updates };
    }

    /// <summary>Asks the prompts that are kept for validation; a mean loss would say nothing here, so there is none.</summary>
    public override double ValidationLoss(CancellationToken cancellation)
    {
        validated = rewards.Evaluation is AnswerEvaluation evaluation ? evaluation.Of(Passes, cancellation) : null;
        return double.NaN;
    }

    /// <summary>The loss of a part of the answers. At the first update the model is still the one that sampled them.</summary>
    private TokenLoss LossOf(int first, double[][] policy, double[][] old, double[][] before, double[] advantages, GroupResult[] results)
    {
        Range range = first..(first + policy.Length);
        if (old[first] is null)
        {
            policy.CopyTo(old, first);
        }

        results[first] = loss.Of(policy, old[range], before[range], advantages[range], old.Length);
        return new TokenLoss(results[first].Loss, results[first].Gradient);
    }

    /// <summary>
    /// Throws if the model has moved too far from the reference. Before that, weights and optimiser go back to the last step at which it
    /// had not; if there was none since the run began or was resumed, they stay as they are.
    /// </summary>
    private void RequireNear(double kl)
    {
        Matrix[] all = [.. Gradients.Trained, .. Optimizer.Means, .. Optimizer.Squares];
        if (kl <= groups.MaxKl)
        {
            float[][] copies = lastGood?.Numbers ?? [.. all.Select(matrix => new float[matrix.Span.Length])];
            for (int i = 0; i < all.Length; i++)
            {
                all[i].Span.CopyTo(copies[i]);
            }

            lastGood = (Optimizer.Step, copies);
            return;
        }

        int step = Step;
        if (lastGood is (int updates, float[][] numbers))
        {
            Optimizer.Step = updates;
            for (int i = 0; i < all.Length; i++)
            {
                numbers[i].CopyTo(all[i].Span);
            }
        }

        throw new Gpt2Exception(FormattableString.Invariant($"after step {step} the KL divergence from the reference is {kl:0.###} nats per token"))
        {
            Expected = FormattableString.Invariant($"at most --max-kl {groups.MaxKl}"),
            Remedy = $"the checkpoint of step {Step} is the last good one; take a higher --kl or a lower --learning-rate",
        };
    }

    private StepFigure[] FiguresOf(double? kl, double? clipped)
    {
        double? Mean(Func<RewardedAnswer, double> of) => Answers.Count == 0 ? null : Answers.Average(of);
        double? equal = Answers.Count == 0 ? null : Answers.Chunk(groups.Size)
            .Average(group => group.All(answer => answer.Reward.Equals(group[0].Reward)) ? 1.0 : 0);
        return
        [
            new("reward", Mean(answer => answer.Reward)),
            .. rewards.TrueReward is null ? (StepFigure[])[] : [new("true_reward", Mean(answer => answer.TrueReward!.Value))],
            new("kl", kl),
            new("equal_groups", equal),
            new("length", Mean(answer => answer.Answer.Ids.Count)),
            new("clipped", clipped),
        ];
    }

    private double IsClipped(double ratio) => Math.Abs(ratio - 1) > groups.Clip ? 1 : 0;

    /// <summary>The mean over answers of the mean over their tokens.</summary>
    private static double Mean(GroupResult?[] results, Func<GroupResult, double[][]> of) =>
        results.OfType<GroupResult>().SelectMany(of).Average(tokens => tokens.Average());
}
