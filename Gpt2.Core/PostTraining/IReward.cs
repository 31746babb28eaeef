// A reward is a number for an answer: from a rule, a reward model or a program. RewardSource finds it by its name.

namespace Gpt2.Core.PostTraining;

/// <summary>Gives answers rewards.</summary>
internal interface IReward
{
    /// <summary>The reward of each answer, a finite number.</summary>
    /// <exception cref="Gpt2Exception">An answer cannot be rewarded.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public double[] Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancellation);
}
