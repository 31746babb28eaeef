// Lesson 15: Preferences and reinforcement. 40 minutes. Page: docs/lessons/15-preferences.md
// Which of two answers is better? From many such verdicts a model learns a reward, and from the reward to answer better.

namespace Exercises;

public static class Lesson15Preferences
{
    // 15.1 The loss of a pair
    // hint: With d = chosen − rejected it is −ln σ(d) = ln(1 + e^(−d)).
    // hint: For d = −1000, e^1000 is infinite. ln(1 + e^(−d)) is also max(0, −d) + ln(1 + e^(−|d|)), and there nothing overflows.
    // meaning: Nobody has to say how good an answer is, from 1 to 10; "this one is better" is enough. Only the difference of the two
    //   rewards counts, so that a reward has no zero, only more and less.
    /// <summary>
    /// The loss of a reward model on a pair: −ln σ(chosen − rejected), where σ(d) = 1 / (1 + e^(−d)) is the probability that it gives to
    /// the right verdict.
    /// Example: equal rewards: −ln ½ = 0.693. Rewards 3 and 1: −ln σ(2) = 0.127.
    /// </summary>
    /// <param name="chosen">The reward of the better answer.</param>
    /// <param name="rejected">The reward of the worse answer.</param>
    public static double PairLoss(double chosen, double rejected)
    {
        // write: −ln σ(chosen − rejected), without overflow for large differences
        double d = chosen - rejected;
        return Math.Max(0, -d) + Math.Log(1 + Math.Exp(-Math.Abs(d)));
        // end
    }

    // 15.2 Advantages of a group
    // hint: The deviation is the root of the sum of the squared distances from the mean, divided by n − 1.
    // hint: If all rewards are equal, there is nothing to learn: then every advantage is 0.
    // meaning: Is a reward of 7 good? It depends on what else this prompt brings. The group is the yardstick: what is above its mean
    //   becomes more probable, what is below less, with no second model to estimate what was to be expected.
    /// <summary>
    /// How much better each answer to one prompt is than the group: (reward − mean) / (deviation + 1e-4), with the sample deviation
    /// √(Σ (reward − mean)² / (n − 1)).
    /// Example: rewards 1, 2, 3: mean 2, deviation 1, advantages −0.9999, 0, 0.9999.
    /// </summary>
    /// <param name="rewards">At least two; must not be changed.</param>
    public static double[] GroupAdvantages(double[] rewards)
    {
        // write: each reward minus the mean, divided by the sample deviation plus 1e-4
        double mean = rewards.Average();
        double deviation = Math.Sqrt(rewards.Sum(reward => (reward - mean) * (reward - mean)) / (rewards.Length - 1));
        return Array.ConvertAll(rewards, reward => (reward - mean) / (deviation + 1e-4));
        // end
    }

    // 15.3 How far from the model it was
    // hint: d is the reference minus the policy, not the other way round.
    // hint: One term for each token, then the mean.
    // meaning: Whoever is paid for rewards finds ways to get them that nobody meant. The divergence is a rubber band to the model it
    //   was: a term is never negative, and 0 only where both agree. The same formula with the sign of d changed is another number.
    /// <summary>
    /// An estimate of the Kullback-Leibler divergence of the policy from the reference, from the tokens that the policy has drawn: the
    /// mean of e^d − d − 1 with d = reference − policy (both log-probabilities).
    /// Example: the policy gives a token ln 0.5, the reference ln 0.25: d = −ln 2, and the term is 0.5 + 0.693 − 1 = 0.193.
    /// </summary>
    /// <param name="policy">The log-probability of each token under the model that is trained.</param>
    /// <param name="reference">The log-probability of each token under the model that it began as.</param>
    public static double Divergence(double[] policy, double[] reference)
    {
        // write: the mean of e^d − d − 1 with d = reference − policy
        double sum = 0;
        for (int token = 0; token < policy.Length; token++)
        {
            double d = reference[token] - policy[token];
            sum += Math.Exp(d) - d - 1;
        }

        return sum / policy.Length;
        // end
    }
}
