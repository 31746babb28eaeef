// How long something takes, for a reader.

using System.Globalization;

namespace Gpt2.Cli.Output;

internal static class Duration
{
    /// <summary>Seconds as 1:05, 1:05:00 or 1.02:05:00.</summary>
    public static string Shown(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e7)).ToString(
        seconds < 3600 ? @"m\:ss" : seconds < 86400 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
