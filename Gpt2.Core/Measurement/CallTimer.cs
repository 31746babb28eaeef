// How long a call takes: repeated until it can be timed, several times over, and the median of that.

using System.Diagnostics;

namespace Gpt2.Core.Measurement;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">How often a figure is compared with its limit; see <see cref="Interleaving"/>.</param>
/// <param name="Runs">The maximum number of runs of a round; the median counts.</param>
/// <param name="LeastRunSeconds">A run repeats its call until so much time is over.</param>
/// <param name="MostSeconds">Once so much time is over no further run is begun.</param>
internal sealed record Effort(int Rounds = 3, int Runs = 5, double LeastRunSeconds = 0.02, double MostSeconds = 1);

/// <summary>Times calls.</summary>
/// <param name="effort">How much is measured.</param>
/// <param name="clock">Seconds since any moment; null for the system's clock.</param>
internal sealed class CallTimer(Effort effort, Func<double>? clock = null)
{
    private readonly Func<double> clock = clock ?? (() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);

    /// <summary>Seconds of one call: the median of the runs of a round.</summary>
    public double SecondsPerCall(Action call)
    {
        var seconds = new List<double>();
        double begin = clock();
        double now = begin;
        while (seconds.Count == 0 || (seconds.Count < effort.Runs && now - begin < effort.MostSeconds))
        {
            double start = now;
            int calls = 0;
            do
            {
                call();
                calls++;
                now = clock();
            }
            while (now - start < effort.LeastRunSeconds);

            seconds.Add((now - start) / calls);
        }

        return Median.Of(seconds);
    }

    /// <summary>Seconds of a call that is made once.</summary>
    public double SecondsOnce(Action call)
    {
        double start = clock();
        call();
        return clock() - start;
    }
}
