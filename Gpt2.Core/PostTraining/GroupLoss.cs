// Group relative policy optimisation (GRPO): several completions of a prompt are rewarded, and those above the group's mean
// are made more probable.

namespace Gpt2.Core.PostTraining;

/// <summary>The loss of completions, and the figures by which a run is watched.</summary>
/// <param name="Loss">The loss, or the part of it that these completions contribute.</param>
/// <param name="Gradient">∂loss/∂(each log-probability).</param>
/// <param name="Ratios">Of each token, its probability now by that when it was sampled.</param>
/// <param name="Divergences">Of each token, the estimate of the divergence from the reference.</param>
internal sealed record GroupResult(double Loss, double[][] Gradient, double[][] Ratios, double[][] Divergences);

/// <summary>
/// loss = −mean over completions of the mean over their tokens of min(ratio · A, clip(ratio, 1 − c, 1 + c) · A) − k · (e^d − d − 1),
/// where ratio = e^(lp − old), d = ref − lp, and A is the completion's advantage (Shao et al., "DeepSeekMath: Pushing the Limits of
/// Mathematical Reasoning in Open Language Models", equations 3 and 4).
/// </summary>
/// <param name="Clip">c: how far a token's probability may move in the direction of its advantage, counted from when it was sampled.</param>
/// <param name="KlCoefficient">k: the weight of the divergence from the reference.</param>
internal sealed record GroupLoss(double Clip = 0.2, double KlCoefficient = 0.04)
{
    private const double DeviationEpsilon = 1e-4;

    /// <summary>
    /// The advantages of a group: (reward − mean) / (sample deviation + 10⁻⁴). If all rewards are equal, there is nothing to
    /// learn: all advantages are 0.
    /// </summary>
    /// <exception cref="Gpt2Exception">A reward is not finite.</exception>
    public static double[] Advantages(double[] rewards)
    {
        foreach (double reward in rewards)
        {
            if (!double.IsFinite(reward))
            {
                throw new Gpt2Exception(FormattableString.Invariant($"a reward is {reward}")) { Expected = "a finite number" };
            }
        }

        if (rewards.Distinct().Count() < 2)
        {
            return new double[rewards.Length];
        }

        double mean = rewards.Average();
        double deviation = Math.Sqrt(rewards.Sum(reward => (reward - mean) * (reward - mean)) / (rewards.Length - 1));
        return Array.ConvertAll(rewards, reward => (reward - mean) / (deviation + DeviationEpsilon));
    }

    /// <summary>The loss of some completions.</summary>
    /// <param name="policy">The log-probabilities of each completion's tokens.</param>
    /// <param name="old">Those when the completions were sampled.</param>
    /// <param name="reference">Those under the reference model.</param>
    /// <param name="advantages">One for each completion.</param>
    /// <param name="completions">The number of completions in the whole batch, of which these may be a part.</param>
    /// <exception cref="Gpt2Exception">A log-probability is not finite, or so far from another that the loss is not.</exception>
    public GroupResult Of(double[][] policy, double[][] old, double[][] reference, double[] advantages, int completions)
    {
        TokenLoss.RequireEqual(old.Length, policy.Length, "completions when sampled");
        TokenLoss.RequireEqual(reference.Length, policy.Length, "completions of the reference");
        TokenLoss.RequireEqual(advantages.Length, policy.Length, "advantages");
        ArgumentOutOfRangeException.ThrowIfLessThan(completions, 1);
        double loss = 0;
        double[][] gradient = Like(policy), ratios = Like(policy), divergences = Like(policy);
        for (int completion = 0; completion < policy.Length; completion++)
        {
            double[] now = policy[completion];
            TokenLoss.RequireEqual(old[completion].Length, now.Length, "tokens when sampled");
            TokenLoss.RequireEqual(reference[completion].Length, now.Length, "tokens of the reference");
            double share = 1.0 / ((double)completions * now.Length);
            for (int token = 0; token < now.Length; token++)
            {
                double ratio = Math.Exp(now[token] - old[completion][token]);
                (double gain, double gainSlope) = Gain(ratio, advantages[completion]);
                double distance = reference[completion][token] - now[token], ratioToReference = Math.Exp(distance);
                double divergence = ratioToReference - distance - 1;
                loss -= share * (gain - (KlCoefficient * divergence));
                gradient[completion][token] = -share * (gainSlope + (KlCoefficient * (ratioToReference - 1)));
                ratios[completion][token] = ratio;
                divergences[completion][token] = divergence;
            }
        }

        return new GroupResult(TokenLoss.Finite(loss), gradient, ratios, divergences);
    }

    private static double[][] Like(double[][] policy) => [.. policy.Select(tokens => new double[tokens.Length])];

    /// <summary>
    /// min(ratio · A, clip(ratio) · A) and its derivative by the log-probability: ratio · A, or 0 where the clipped one is less.
    /// </summary>
    private (double Gain, double Slope) Gain(double ratio, double advantage)
    {
        if (advantage == 0)
        {
            return (0, 0); // also if the ratio is infinite
        }

        double clipped = Math.Clamp(ratio, 1 - Clip, 1 + Clip) * advantage;
        double free = ratio * advantage;
        return clipped < free ? (clipped, 0) : (free, free);
    }
}
