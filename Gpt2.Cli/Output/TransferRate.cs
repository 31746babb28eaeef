// Speed and time left of a transfer, from the last seconds: an average over all of it would still count the pause
// before the last retry, and what an earlier run had downloaded.

using System.Diagnostics;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Download;

namespace Gpt2.Cli.Output;

/// <summary>The speed of one transfer.</summary>
internal sealed class TransferRate
{
    private const double WindowSeconds = 5;
    private const double MinSeconds = 0.5;

    private readonly Queue<(long Bytes, long Time)> samples = new();
    private (long Bytes, long Time) newest;

    /// <summary>Bytes per second over the last seconds; null until enough is known.</summary>
    public double? BytesPerSecond
    {
        get
        {
            if (!samples.TryPeek(out (long Bytes, long Time) oldest))
            {
                return null;
            }

            double seconds = Stopwatch.GetElapsedTime(oldest.Time, newest.Time).TotalSeconds;
            return seconds < MinSeconds ? null : (newest.Bytes - oldest.Bytes) / seconds;
        }
    }

    /// <summary>Adds the number of bytes received at a time, a timestamp of <see cref="Stopwatch"/>.</summary>
    public void Add(long bytes, long time)
    {
        if (bytes < newest.Bytes)
        {
            samples.Clear(); // restarted
        }

        newest = (bytes, time);
        samples.Enqueue(newest);
        while (Stopwatch.GetElapsedTime(samples.Peek().Time, time).TotalSeconds > WindowSeconds)
        {
            samples.Dequeue();
        }
    }

    /// <summary>
    /// Bytes received, speed and time left, as far as known: 120.0 MB of 548.1 MB  12.3 MB/s  0:35 left.
    /// </summary>
    public string Describe(TransferProgress progress)
    {
        string text = ByteCount.Shown(progress.Done) + (progress.Size is long size ? $" of {ByteCount.Shown(size)}" : "");
        if (BytesPerSecond is not > 0)
        {
            return text;
        }

        text += $"  {ByteCount.Shown(BytesPerSecond.Value)}/s";
        return progress.Size is long whole ? $"{text}  {Duration.Shown(Math.Ceiling((whole - progress.Done) / BytesPerSecond.Value))} left" : text;
    }
}
