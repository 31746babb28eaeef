// Progress for a log: a line once a wait is long, and another every so often from then on. Where standard error is a terminal with
// colours, Progress draws a bar instead.

using System.Globalization;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Output;

/// <summary>Says on standard error what is going on, until it is disposed of. Short work says nothing.</summary>
internal sealed class ProgressLines : IProgress<double>, IDisposable
{
    /// <summary>How long a wait may be without a word.</summary>
    public static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(5);

    /// <summary>From one line to the next.</summary>
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

    /// <summary>Takes the share that is done; the next line tells it.</summary>
    public void Report(double value) => Volatile.Write(ref share, value);

    /// <summary>Takes the text that the next line gives instead of a share.</summary>
    public void Report(string text) => Volatile.Write(ref state, text);

    /// <summary>Somebody else has just said how things stand: the next line has time.</summary>
    public void SaidElsewhere() => timer.Change(Every, Every);

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            ended = true; // a line that is under way comes before what is said next
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

    /// <summary>The time left is worth nothing before a hundredth is done: the first pieces may be the smallest.</summary>
    private static string Describe(double share, TimeSpan elapsed) => share is >= 0.01 and <= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100)} %, {Duration.Shown(elapsed.TotalSeconds * (1 - share) / share)} left")
        : $"{Duration.Shown(elapsed.TotalSeconds)} so far";
}
