// The loss of yes-or-no predictions. The loss of a choice between tokens is in CrossEntropy.

namespace Gpt2.Core.Evaluation;

/// <summary>Binary cross-entropy: −1/N Σ [y ln p + (1 − y) ln(1 − p)].</summary>
internal static class BinaryCrossEntropy
{
    /// <summary>
    /// The minimum value of a logarithm. A prediction that was certain and wrong, p = 0 with y = 1 or the reverse,
    /// costs 100 instead of +∞, so that one of them does not dominate the mean; PyTorch's BCELoss has the same limit.
    /// </summary>
    public const double MinLogarithm = -100;

    /// <summary>The mean loss in nats.</summary>
    /// <param name="probabilities">p, each from 0 to 1. Certain and correct, p = y = 0 or 1, costs exactly 0.</param>
    /// <param name="labels">y, equally many, each from 0 to 1: 1 is yes.</param>
    /// <exception cref="ArgumentException">There are none, their numbers differ, or one is not in 0 … 1.</exception>
    public static double Mean(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> labels)
    {
        if (probabilities.IsEmpty || probabilities.Length != labels.Length)
        {
            throw new ArgumentException(
                $"{probabilities.Length} probabilities and {labels.Length} labels, expected as many of both and at least one");
        }

        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double p = Share(probabilities[i], nameof(probabilities)), y = Share(labels[i], nameof(labels));
            sum -= (y * Logarithm(p)) + ((1 - y) * Logarithm(1 - p));
        }

        return sum / labels.Length;
    }

    private static double Logarithm(double p) => Math.Max(Math.Log(p), MinLogarithm);

    private static double Share(float value, string what) => value >= 0 && value <= 1
        ? value
        : throw new ArgumentOutOfRangeException(what, value, "expected numbers from 0 to 1");
}
