// How long a call takes: it is repeated for long enough to be timed, several times, and the median counts.

using System.Diagnostics;

namespace Gpt2.Core.Measurement;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">How often a figure is compared with its limit; see <see cref="Interleaving"/>.</param>
/// <param name="Runs">The maximum number of runs per round, of which the median counts.</param>
/// <param name="MinRunSeconds">A run repeats its call for at least this time.</param>
/// <param name="MaxSeconds">After this time no further run is started.</param>
internal sealed record Effort(int Rounds = 3, int Runs = 5, double MinRunSeconds = 0.02, double MaxSeconds = 1);

/// <summary>Times calls.</summary>
/// <param name="effort">How much is measured.</param>
/// <param name="clock">Seconds since an arbitrary moment; null for the system's clock.</param>
internal sealed class CallTimer(Effort effort, Func<double>? clock = null)
{
    private readonly Func<double> clock = clock ?? (() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);

    /// <summary>Seconds of one call: the median of the runs of a round.</summary>
    public double SecondsPerCall(Action call)
    {
        var seconds = new List<double>();
        double begin = clock();
        double now = begin;
        while (seconds.Count == 0 || (seconds.Count < effort.Runs && now - begin < effort.MaxSeconds))
        {
            double start = now;
            int calls = 0;
            do
            {
                call();
                calls++;
                now = clock();
            }
            while (now - start < effort.MinRunSeconds);

            seconds.Add((now - start) / calls);
        }

        return Median.Of(seconds);
    }

    /// <summary>Seconds taken by a call that is made once.</summary>
    public double SecondsOnce(Action call)
    {
        double start = clock();
        call();
        return clock() - start;
    }
}
