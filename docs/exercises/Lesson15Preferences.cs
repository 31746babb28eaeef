// Lesson 15: Preferences and reinforcement. 40 minutes. Page: docs/lessons/15-preferences.md
// Which of two answers is better? From many such verdicts a model learns a reward, and from the reward to answer better.

namespace Exercises;

public static class Lesson15Preferences
{
    // 15.1 The loss of a pair
    /// <summary>
    /// The loss of a reward model on a pair: −ln σ(chosen − rejected), where σ(d) = 1 / (1 + e^(−d)) is the probability that it gives to
    /// the right verdict.
    /// Example: equal rewards: −ln ½ = 0.693. Rewards 3 and 1: −ln σ(2) = 0.127.
    /// </summary>
    /// <param name="chosen">The reward of the better answer.</param>
    /// <param name="rejected">The reward of the worse answer.</param>
    public static double PairLoss(double chosen, double rejected)
    {
        throw new NotImplementedException("−ln σ(chosen − rejected), without overflow for large differences");
    }

    // 15.2 Advantages of a group
    /// <summary>
    /// How much better each answer to one prompt is than the group: (reward − mean) / (deviation + 1e-4), with the sample deviation
    /// √(Σ (reward − mean)² / (n − 1)).
    /// Example: rewards 1, 2, 3: mean 2, deviation 1, advantages −0.9999, 0, 0.9999.
    /// </summary>
    /// <param name="rewards">At least two; must not be changed.</param>
    public static double[] GroupAdvantages(double[] rewards)
    {
        throw new NotImplementedException("each reward minus the mean, divided by the sample deviation plus 1e-4");
    }

    // 15.3 How far from the model it was
    /// <summary>
    /// An estimate of the Kullback-Leibler divergence of the policy from the reference, from the tokens that the policy has drawn: the
    /// mean of e^d − d − 1 with d = reference − policy (both log-probabilities).
    /// Example: the policy gives a token ln 0.5, the reference ln 0.25: d = −ln 2, and the term is 0.5 + 0.693 − 1 = 0.193.
    /// </summary>
    /// <param name="policy">The log-probability of each token under the model that is trained.</param>
    /// <param name="reference">The log-probability of each token under the model that it began as.</param>
    public static double Divergence(double[] policy, double[] reference)
    {
        throw new NotImplementedException("the mean of e^d − d − 1 with d = reference − policy");
    }
}
