// How patient a transfer is. Clock, chance and disk are passed in too, so that tests need none of them.

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

    /// <summary>So many further bytes are progress: the tries are counted from one again.</summary>
    public long ProgressThatCounts { get; init; } = 1 << 20;

    /// <summary>Waits between tries, and tells the present, against which a Retry-After with a date is held.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A random number from 0 to 1, which spreads the retries of many clients over time.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    /// <summary>Free bytes at a folder; throws where that cannot be told.</summary>
    public Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;
}
