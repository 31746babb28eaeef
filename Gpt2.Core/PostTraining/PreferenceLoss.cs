// Direct preference optimisation (DPO): of two completions of a prompt, the chosen one is made more probable than the
// rejected one, compared with a reference model, without a reward model.

namespace Gpt2.Core.PostTraining;

/// <summary>The loss of pairs of completions, and how well they are told apart.</summary>
/// <param name="Loss">The loss, or the part of it that these pairs contribute.</param>
/// <param name="Gradient">∂loss/∂(each log-probability).</param>
/// <param name="Margins">Of each pair, beta · ((pc − rc) − (pr − rr)): above 0, the chosen completion is preferred.</param>
internal sealed record PreferenceResult(double Loss, double[][] Gradient, double[] Margins);

/// <summary>
/// loss = mean over pairs of −ln σ(beta · ((pc − rc) − (pr − rr))), where pc and pr are the sums of the log-probabilities of the
/// chosen and the rejected completion's tokens, and rc and rr those of the reference model (Rafailov et al., "Direct
/// Preference Optimization: Your Language Model is Secretly a Reward Model", equation 7).
/// </summary>
/// <param name="Beta">How far the model may move from the reference: the smaller, the farther.</param>
internal sealed record PreferenceLoss(double Beta = 0.1)
{
    /// <summary>The loss of some pairs.</summary>
    /// <param name="policy">The log-probabilities of each completion's tokens: chosen, rejected, chosen, rejected, ….</param>
    /// <param name="reference">Their sums under the reference model, in the same order.</param>
    /// <param name="pairs">The number of pairs in the whole batch, of which these may be a part.</param>
    /// <exception cref="Gpt2Exception">A log-probability is not finite.</exception>
    public PreferenceResult Of(double[][] policy, ReadOnlySpan<double> reference, int pairs)
    {
        TokenLoss.RequireEqual(reference.Length, policy.Length, "reference sums");
        TokenLoss.RequireEqual(policy.Length % 2, 0, "completions beyond pairs");
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        double loss = 0;
        var gradient = new double[policy.Length][];
        var margins = new double[policy.Length / 2];
        for (int pair = 0; pair < margins.Length; pair++)
        {
            int chosen = 2 * pair, rejected = chosen + 1;
            double margin = Beta * (policy[chosen].Sum() - reference[chosen] - (policy[rejected].Sum() - reference[rejected]));
            loss += TokenLoss.Finite(Logistic.MinusLogSigmoid(margin));

            // d(−ln σ(m))/dm = −σ(−m), and m grows by beta with every log-probability of the chosen completion.
            double slope = -Logistic.Sigmoid(-margin) * Beta / pairs;
            gradient[chosen] = Array.ConvertAll(policy[chosen], _ => slope);
            gradient[rejected] = Array.ConvertAll(policy[rejected], _ => -slope);
            margins[pair] = margin;
        }

        return new PreferenceResult(loss / pairs, gradient, margins);
    }
}
