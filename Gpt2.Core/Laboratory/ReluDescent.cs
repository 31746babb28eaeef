// Gradient descent: against the gradient, a step as long as the gradient times the learning rate, again and again.

namespace Gpt2.Core.Laboratory;

/// <summary>Some steps of gradient descent.</summary>
/// <param name="Network">The network after them.</param>
/// <param name="Losses">The loss after each step.</param>
/// <param name="HasDiverged">Whether the run was ended before a step that would lift the loss, or carry a parameter, beyond every measure.</param>
public sealed record ReluDescent(ReluNetwork Network, IReadOnlyList<double> Losses, bool HasDiverged)
{
    /// <summary>A loss above this one has diverged: the parabola's own values are at most 6.</summary>
    public const double LargestLoss = 1e6;

    /// <summary>
    /// A parameter beyond this one has diverged, even if the loss is small: a step that is far too long kills a ReLU and carries it away.
    /// </summary>
    public const double LargestParameter = 1e9;

    /// <summary>Lowers the mean squared error on some points: p ← p − rate · ∂L/∂p for every parameter p, in each step.</summary>
    /// <param name="network">Where it begins.</param>
    /// <param name="points">What is to be learned.</param>
    /// <param name="rate">The learning rate, above 0.</param>
    /// <param name="steps">Number of steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not above 0 or not finite, or the steps are below 0.</exception>
    public static ReluDescent Run(ReluNetwork network, IReadOnlyList<CurvePoint> points, double rate, int steps)
    {
        RequireRate(rate);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        var losses = new List<double>(steps);
        while (losses.Count < steps)
        {
            if (Step(network, network.Gradient(points), rate, points) is not (ReluNetwork next, double loss))
            {
                return new ReluDescent(network, losses, HasDiverged: true);
            }

            network = next;
            losses.Add(loss);
        }

        return new ReluDescent(network, losses, HasDiverged: false);
    }

    /// <summary>One step and the loss after it; null if that has diverged.</summary>
    internal static (ReluNetwork Network, double Loss)? Step(
        ReluNetwork network, double[] gradient, double rate, IReadOnlyList<CurvePoint> points)
    {
        double[] next = [.. network.Parameters.Zip(gradient, (value, slope) => value - (rate * slope))];
        if (!next.All(value => Math.Abs(value) <= LargestParameter)) // not if one is NaN
        {
            return null;
        }

        var moved = new ReluNetwork(next);
        double loss = moved.MeanSquaredError(points);
        return loss <= LargestLoss ? (moved, loss) : null;
    }

    internal static void RequireRate(double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, double.MaxValue);
    }
}
