// The loss of a reward model: of two completions, the chosen one should have the higher reward.

namespace Gpt2.Core.PostTraining;

/// <summary>
/// loss = mean over pairs of −ln σ(chosen − rejected) (Ouyang et al., "Training language models to follow instructions with
/// human feedback", equation 1).
/// </summary>
internal static class RewardLoss
{
    /// <summary>The loss of some pairs, and ∂loss/∂reward.</summary>
    /// <param name="rewards">chosen, rejected, chosen, rejected, ….</param>
    /// <param name="pairs">The number of pairs in the whole batch, of which these may be a part.</param>
    /// <exception cref="Gpt2Exception">A reward is not finite.</exception>
    public static (double Loss, double[] Gradient) Of(ReadOnlySpan<double> rewards, int pairs)
    {
        TokenLoss.RequireEqual(rewards.Length % 2, 0, "rewards beyond pairs");
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        double loss = 0;
        var gradient = new double[rewards.Length];
        for (int chosen = 0; chosen < rewards.Length; chosen += 2)
        {
            double margin = rewards[chosen] - rewards[chosen + 1];
            loss += TokenLoss.Finite(Logistic.MinusLogSigmoid(margin));
            gradient[chosen] = -Logistic.Sigmoid(-margin) / pairs; // d(−ln σ(m))/dm = −σ(−m)
            gradient[chosen + 1] = -gradient[chosen];
        }

        return (loss / pairs, gradient);
    }
}
