// What every loss on log-probabilities gives: its value, and its gradient at each of them, from which a pass goes backward.

namespace Gpt2.Core.PostTraining;

/// <summary>A loss and its gradient.</summary>
/// <param name="Loss">The loss, or the part of it that these sequences contribute.</param>
/// <param name="Gradient">∂loss/∂(each log-probability): per sequence, one for each token that counts.</param>
internal sealed record TokenLoss(double Loss, double[][] Gradient)
{
    /// <summary>Throws unless a loss is finite.</summary>
    /// <exception cref="Gpt2Exception">It is not: training has diverged.</exception>
    public static double Finite(double loss) => double.IsFinite(loss)
        ? loss
        : throw new Gpt2Exception("the loss is not finite: training has diverged") { Remedy = "take a lower --learning-rate" };

    /// <summary>Throws unless two lists go together.</summary>
    public static void RequireEqual(int actual, int expected, string what)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{actual} {what}, expected {expected}");
        }
    }
}
