// Progress for a log: a line once a wait becomes long, and further lines at intervals. If standard error is a terminal
// with colours, Progress draws a bar instead.

using System.Globalization;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Output;

/// <summary>Says on standard error what is going on, until it is disposed. Short work says nothing.</summary>
internal sealed class ProgressLines : IProgress<double>, IDisposable
{
    /// <summary>The time until the first line.</summary>
    public static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(5);

    /// <summary>The time between lines.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly string title;
    private readonly CommandIo io;
    private readonly long began;
    private readonly ITimer timer;
    private string? state;
    private double share;
    private bool ended;

    /// <param name="title">What is going on, for example "evaluating gpt2".</param>
    /// <param name="io">Where to say it, and the clock.</param>
    public ProgressLines(string title, CommandIo io)
    {
        this.title = title;
        this.io = io;
        began = io.Clock.GetTimestamp();
        timer = io.Clock.CreateTimer(_ => Say(), null, FirstAfter, Every);
    }

    /// <summary>Sets the share done, for the next line.</summary>
    public void Report(double value) => Volatile.Write(ref share, value);

    /// <summary>Sets a text that the next line shows instead of a share.</summary>
    public void Report(string text) => Volatile.Write(ref state, text);

    /// <summary>Call this when progress has just been reported elsewhere: the next line can wait.</summary>
    public void SaidElsewhere() => timer.Change(Every, Every);

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            ended = true; // a line being written comes before what is said next
        }
    }

    private void Say()
    {
        lock (gate)
        {
            if (!ended)
            {
                io.Note($"{title}: {Volatile.Read(ref state) ?? Describe(Volatile.Read(ref share), io.Clock.GetElapsedTime(began))}");
            }
        }
    }

    /// <summary>The time left is not known before a hundredth is done: the first pieces may be the smallest.</summary>
    private static string Describe(double share, TimeSpan elapsed) => share is >= 0.01 and <= 1
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Floor(share * 100)} %, {Duration.Shown(elapsed.TotalSeconds * (1 - share) / share)} left")
        : $"{Duration.Shown(elapsed.TotalSeconds)} so far";
}
