// Mean, spread and extremes distinguish a trained matrix from a broken one without running the model.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Statistics of one tensor.</summary>
/// <param name="Name">Its name in OpenAI's checkpoint.</param>
/// <param name="Rows">Its number of rows.</param>
/// <param name="Columns">Its number of columns.</param>
/// <param name="Mean">Mean of all weights.</param>
/// <param name="Spread">Standard deviation of all weights.</param>
/// <param name="Least">The smallest weight.</param>
/// <param name="Largest">The largest weight.</param>
/// <param name="ZeroRows">The number of rows that are all zeros.</param>
internal sealed record TensorStatistics(
    string Name, int Rows, int Columns, double Mean, double Spread, float Least, float Largest, int ZeroRows)
{
    /// <summary>Whether all weights are equal.</summary>
    public bool IsConstant => Least == Largest;

    /// <summary>The weight with the largest absolute value.</summary>
    public float Extreme => -Least > Largest ? Least : Largest;

    /// <summary>Computes the statistics: Σx/n and √(Σ(x − mean)²/n), in double precision.</summary>
    /// <exception cref="ArgumentException">The tensor has no weights.</exception>
    public static TensorStatistics Of(Matrix tensor)
    {
        if (tensor.Span.IsEmpty)
        {
            throw new ArgumentException($"{tensor} has no weights", nameof(tensor));
        }

        double sum = 0;
        float least = float.PositiveInfinity, largest = float.NegativeInfinity;
        int zeroRows = 0;
        for (int row = 0; row < tensor.Rows; row++)
        {
            ReadOnlySpan<float> weights = tensor.Row(row);
            zeroRows += weights.ContainsAnyExcept(0f) ? 0 : 1;
            foreach (float weight in weights)
            {
                sum += weight;
                least = Math.Min(least, weight);
                largest = Math.Max(largest, weight);
            }
        }

        double mean = sum / tensor.Span.Length;
        double squares = 0;
        foreach (float weight in tensor.Span)
        {
            squares += (weight - mean) * (weight - mean);
        }

        return new TensorStatistics(
            tensor.Name, tensor.Rows, tensor.Columns, mean, Math.Sqrt(squares / tensor.Span.Length), least, largest, zeroRows);
    }
}
