// How far predicted prices are from the true ones.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>How good a prediction is.</summary>
internal enum TrafficLight
{
    /// <summary>Off by less than 40 dollars or 20 %.</summary>
    Green,

    /// <summary>Off by less than 80 dollars or 40 %.</summary>
    Orange,

    /// <summary>Off by more.</summary>
    Red,
}

/// <summary>A true price and what was predicted.</summary>
internal readonly record struct PricedPair(double True, double Predicted)
{
    public double Error => Math.Abs(Predicted - True);

    public TrafficLight Light =>
        Error < 40 || Error < 0.2 * True ? TrafficLight.Green
        : Error < 80 || Error < 0.4 * True ? TrafficLight.Orange
        : TrafficLight.Red;
}

/// <summary>The errors of predictions.</summary>
/// <param name="MeanAbsolute">(1/n) Σ |predicted − true|</param>
/// <param name="Low">
/// The lower end of its 95 % interval, by the bootstrap: of the means of 2,000 samples of n errors each, drawn with replacement, 2.5 % are below.
/// </param>
/// <param name="High">The upper end.</param>
/// <param name="RootMeanSquare">√((1/n) Σ (predicted − true)²)</param>
/// <param name="RSquared">r² = 1 − Σ (predicted − true)² / Σ (mean of true − true)²; NaN if all true prices are equal.</param>
/// <param name="Lights">The number of predictions of each light.</param>
internal sealed record PriceErrors(double MeanAbsolute, double Low, double High, double RootMeanSquare, double RSquared, int[] Lights)
{
    private const int Samples = 2000;
    private const ulong Seed = 1;

    /// <exception cref="Gpt2Exception">There are no pairs.</exception>
    public static PriceErrors Of(IReadOnlyList<PricedPair> pairs)
    {
        if (pairs.Count == 0)
        {
            throw new Gpt2Exception("there are no prices") { Expected = "at least one" };
        }

        double[] errors = [.. pairs.Select(pair => pair.Error)];
        double squares = errors.Sum(error => error * error), mean = pairs.Average(pair => pair.True);
        double spread = pairs.Sum(pair => (pair.True - mean) * (pair.True - mean));
        (double low, double high) = Interval(errors);
        return new PriceErrors(
            errors.Average(), low, high, Math.Sqrt(squares / errors.Length), spread > 0 ? 1 - (squares / spread) : double.NaN,
            [.. Enum.GetValues<TrafficLight>().Select(light => pairs.Count(pair => pair.Light == light))]);
    }

    private static (double Low, double High) Interval(double[] errors)
    {
        var random = new RandomGenerator(Seed);
        var means = new double[Samples];
        for (int sample = 0; sample < Samples; sample++)
        {
            double sum = 0;
            for (int i = 0; i < errors.Length; i++)
            {
                sum += errors[(int)(random.NextDouble() * errors.Length)];
            }

            means[sample] = sum / errors.Length;
        }

        Array.Sort(means);
        return (means[Samples / 40], means[Samples - 1 - (Samples / 40)]);
    }
}
