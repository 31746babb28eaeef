// The loss of predictions: how improbable a model found the tokens that followed. SlidingEvaluation runs a model over a
// text; gradients are in Training.

using Gpt2.Core.Generation;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Evaluation;

/// <summary>
/// Cross-entropy in nats, computed in double precision: −ln p(target), and e to its mean, the perplexity.
/// </summary>
public static class CrossEntropy
{
    /// <summary>The target of a row that does not count.</summary>
    public const int NotCounted = -1;

    /// <summary>The loss of one probability: −ln p. A probability of 1 costs 0, one of 0 costs +∞.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p is not in 0 … 1.</exception>
    public static double OfProbability(double probability)
    {
        if (!(probability >= 0 && probability <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "expected a probability from 0 to 1");
        }

        return probability == 1 ? 0 : -Math.Log(probability); // not −0
    }

    /// <summary>
    /// The loss of one token: −ln softmax(logits)[target] = (max − logit of the target) + ln Σ e^(logit − max). No
    /// exponent is above 0, so large logits stay finite.
    /// </summary>
    /// <param name="logits">One per token of the vocabulary; −∞ is a probability of 0.</param>
    /// <param name="target">The id that followed.</param>
    /// <returns>At least 0; +∞ if the target's logit is −∞.</returns>
    /// <exception cref="Gpt2Exception">
    /// The target is not an id, or the logits are not a distribution: NaN, +∞, or all −∞.
    /// </exception>
    public static double OfToken(ReadOnlySpan<float> logits, int target)
    {
        if ((uint)target >= (uint)logits.Length)
        {
            throw new Gpt2Exception($"target {target} is outside the vocabulary") { Expected = $"0 to {logits.Length - 1}" };
        }

        float max = logits[Greedy.Choose(logits)];
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp((double)logit - max);
        }

        return (double)max - logits[target] + Math.Log(sum);
    }

    /// <summary>The losses of rows of logits.</summary>
    /// <param name="logits">[tokens, vocabulary]</param>
    /// <param name="targets">The id that followed each token, or <see cref="NotCounted"/>.</param>
    /// <param name="losses">Receives one loss per row; 0 if the row does not count.</param>
    /// <returns>The sum of the losses, and the number of rows that count.</returns>
    /// <exception cref="ArgumentException">The number of targets or losses is not that of the rows.</exception>
    /// <exception cref="Gpt2Exception">A target is not an id, or a row that counts is not a distribution.</exception>
    public static LossSum OfRows(Matrix logits, ReadOnlySpan<int> targets, Span<double> losses)
    {
        if (targets.Length != logits.Rows || losses.Length != logits.Rows)
        {
            throw new ArgumentException(
                $"{targets.Length} targets and room for {losses.Length} losses, expected {logits.Rows} as {logits} has rows");
        }

        double sum = 0;
        int counted = 0;
        for (int row = 0; row < targets.Length; row++)
        {
            losses[row] = 0;
            if (targets[row] != NotCounted)
            {
                losses[row] = OfToken(logits.Row(row), targets[row]);
                sum += losses[row];
                counted++;
            }
        }

        return new LossSum(sum, counted);
    }

    /// <summary>e^loss: a choice among this many equally probable tokens would be as hard.</summary>
    public static double Perplexity(double loss) => Math.Exp(loss);
}

/// <summary>A sum of losses.</summary>
/// <param name="Total">Their sum in nats.</param>
/// <param name="Count">Their number.</param>
public readonly record struct LossSum(double Total, int Count)
{
    /// <summary>The mean loss in nats.</summary>
    /// <exception cref="Gpt2Exception">There is none: no target counts.</exception>
    public double Mean => Count > 0
        ? Total / Count
        : throw new Gpt2Exception("no target counts") { Expected = $"at least one that is not {CrossEntropy.NotCounted}" };
}
