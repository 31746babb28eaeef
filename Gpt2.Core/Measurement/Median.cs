// The median of measurements, which a few disturbed ones do not change.

namespace Gpt2.Core.Measurement;

internal static class Median
{
    /// <summary>The middle value; for an even number of values, the mean of the middle two.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            throw new ArgumentException("no values, expected at least one", nameof(values));
        }

        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
