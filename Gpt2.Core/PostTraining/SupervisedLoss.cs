// Supervised fine-tuning: the cross-entropy of training, of the tokens that are to be learned alone.

namespace Gpt2.Core.PostTraining;

/// <summary>loss = −1/N Σ ln p(token), over the N tokens that count.</summary>
internal static class SupervisedLoss
{
    /// <summary>The loss of some sequences.</summary>
    /// <param name="logProbabilities">Of every token that counts, per sequence.</param>
    /// <param name="counted">N: the number of tokens that count in the whole batch, of which these may be a part.</param>
    /// <exception cref="Gpt2Exception">A log-probability is not finite.</exception>
    public static TokenLoss Of(double[][] logProbabilities, int counted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(counted, 1);
        double sum = logProbabilities.Sum(sequence => sequence.Sum());
        return new TokenLoss(
            TokenLoss.Finite(-sum / counted), [.. logProbabilities.Select(sequence => Array.ConvertAll(sequence, _ => -1.0 / counted))]);
    }
}
