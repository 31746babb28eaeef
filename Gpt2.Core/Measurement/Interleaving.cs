// Figures next to the limit that they are compared with. A shared machine is faster in one second than in the next, so
// the limit is measured just before and just after, and the two are compared within the round.

namespace Gpt2.Core.Measurement;

/// <summary>Some work, how long it took, and what the machine could have done in that time.</summary>
/// <param name="Work">Units of work: operations or bytes, for example.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Limit">Units per second that the machine can do.</param>
/// <param name="BestRatio">The best of the rounds' ratios: what the program can do if nothing disturbs it.</param>
/// <param name="LimitChange">
/// By how much the largest limit measured exceeds the smallest, as a share of it: how much the machine itself moved.
/// </param>
internal readonly record struct Compared(double Work, double Seconds, double Limit, double BestRatio, double LimitChange)
{
    /// <summary>Units per second.</summary>
    public double Rate => Work / Seconds;

    /// <summary>The rate as a share of the limit.</summary>
    public double Ratio => Rate / Limit;
}

/// <summary>Measures work and limit in turns.</summary>
internal static class Interleaving
{
    /// <summary>
    /// Rounds of limit, piece, limit, piece, …, limit. The limit of a piece is the mean of the two next to it; the
    /// limit of a round is the mean over its pieces, each weighted by its time. The result is the round with the median
    /// ratio, or for an even number of rounds the lower of the middle two: so figure, limit and ratio were measured
    /// together.
    /// </summary>
    /// <param name="rounds">Number of rounds, at least 1.</param>
    /// <param name="work">Units of work in a round, all its pieces together.</param>
    /// <param name="limit">Measures the limit in units per second.</param>
    /// <param name="piece">Does a piece of the work, numbered from 0, and returns how many seconds it took.</param>
    /// <param name="pieces">Pieces of a round: more than one if a round takes long.</param>
    public static Compared Run(int rounds, double work, Func<double> limit, Func<int, double> piece, int pieces = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 1);
        var results = new List<(double Seconds, double Limit)>();
        double before = limit(), smallest = before, largest = before;
        for (int round = 0; round < rounds; round++)
        {
            double seconds = 0;
            double possible = 0;
            for (int i = 0; i < pieces; i++)
            {
                double taken = piece(i);
                double after = limit();
                (smallest, largest) = (Math.Min(smallest, after), Math.Max(largest, after));
                seconds += taken;
                possible += taken * (before + after) / 2;
                before = after;
            }

            results.Add((seconds, possible / seconds));
        }

        // The ratio is work / (seconds · limit): the best round could have done the least in its time.
        results.Sort((one, other) => (other.Seconds * other.Limit).CompareTo(one.Seconds * one.Limit));
        ((double medianSeconds, double medianLimit), (double bestSeconds, double bestLimit)) = (results[(rounds - 1) / 2], results[^1]);
        return new Compared(work, medianSeconds, medianLimit, work / bestSeconds / bestLimit, (largest / smallest) - 1);
    }
}
