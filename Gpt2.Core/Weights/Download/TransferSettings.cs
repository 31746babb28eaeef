// How patient a transfer is. Clock and chance are passed in too, so that tests need none of them.

namespace Gpt2.Core.Weights.Download;

/// <summary>Time-outs and retries of a download.</summary>
internal sealed record TransferSettings
{
    /// <summary>The longest that a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a server may send nothing: neither the beginning of an answer nor a further byte.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often something is tried without getting on, the first time included.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>How often a whole file may come with another checksum than stated before it is given up.</summary>
    public int ChecksumTries { get; init; } = 2;

    /// <summary>So many further bytes are progress: the tries are counted from one again.</summary>
    public long ProgressThatCounts { get; init; } = 1 << 20;

    /// <summary>The wait before the second try; it doubles with every further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait of our own choice.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait that a server may ask for; if it asks for more, the download ends with a message.</summary>
    public TimeSpan LongestServerDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many redirections are followed.</summary>
    public int Redirections { get; init; } = 10;

    /// <summary>How often a locked folder is looked at.</summary>
    public TimeSpan LockPoll { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits between tries, and tells the present, against which a Retry-After with a date is held.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A random number from 0 to 1, which spreads the retries of many clients over time.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    /// <summary>Free bytes at a folder; throws where that cannot be told.</summary>
    public Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>The wait before a try: 2^(tries − 1) first delays, at most the longest, of which chance takes up to a half; never
    /// less than the server asks for.</summary>
    /// <param name="triesDone">How many tries there have been, at least 1.</param>
    /// <param name="serverAsksFor">The Retry-After of the last answer, or null.</param>
    public TimeSpan DelayAfter(int triesDone, TimeSpan? serverAsksFor)
    {
        double doubled = FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(triesDone - 1, 30));
        double own = Math.Min(doubled, LongestDelay.TotalSeconds) * (0.5 + (0.5 * Chance()));
        return TimeSpan.FromSeconds(Math.Max(own, serverAsksFor?.TotalSeconds ?? 0));
    }
}
