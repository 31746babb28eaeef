// Tests need short time-outs, and a clock, random numbers and free disk space of their choice.

namespace Gpt2.Core.Weights.Download;

/// <summary>Time-outs and retries of a download.</summary>
internal sealed record TransferSettings
{
    /// <summary>
    /// The longest time that a server may send nothing: neither the beginning of an answer, connecting included, nor a further byte.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often something is tried without progress, including the first time.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>This many further bytes count as progress: the attempts are counted from one again.</summary>
    public long ProgressThatCounts { get; init; } = 1 << 20;

    /// <summary>
    /// Times the waits between attempts, and gives the current time, with which a Retry-After date is compared.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A random number from 0 to 1, which spreads the retries of many clients over time.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    /// <summary>Free bytes on a folder's disk; throws if they are not known.</summary>
    public Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;
}
