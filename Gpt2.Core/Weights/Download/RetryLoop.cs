// Tries again what was interrupted, with growing waits, until it has been tried often enough without getting on.

using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// A try that failed and is worth another one: a dropped connection, a time-out, a server that is busy. Everything else is a
/// <see cref="Gpt2Exception"/> at once.
/// </summary>
internal sealed class TransferInterruptedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How long the server asks to wait; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether a whole file came, and not the one that was stated.</summary>
    public bool IsDamaged { get; init; }
}

/// <summary>The loop around a request or a transfer. The note tells of every wait, so that silence is never taken for work.</summary>
internal sealed class RetryLoop(TransferSettings settings, Action<string> note)
{
    private const double FirstDelay = 1, LongestDelay = 30; // seconds of our own choice
    private static readonly TimeSpan LongestServerDelay = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Runs an action until it succeeds; it throws <see cref="TransferInterruptedException"/> where it is worth another try.
    /// Bytes reached beyond those before begin the count of tries anew. After the last, an error at "what" has the remedy.
    /// </summary>
    /// <exception cref="Gpt2Exception">It was tried often enough, or the server asks for too long a wait.</exception>
    public async Task<T> RunAsync<T>(string what, Func<Task<T>> action, Func<long> reached, string remedy, CancellationToken cancellation)
    {
        long furthest = reached();
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (TransferInterruptedException e)
            {
                if (reached() - furthest >= settings.ProgressThatCounts)
                {
                    (furthest, tries) = (reached(), 1);
                }

                string? end = tries >= settings.Tries ? Invariant($"; gave up after {tries} tries")
                    : e.RetryAfter > LongestServerDelay
                        ? Invariant($" and asks to wait {e.RetryAfter.Value.TotalSeconds:0} s, longer than this command waits") : null;
                if (end is not null)
                {
                    throw new Gpt2Exception(e.Message + end, e) { Where = what, Remedy = remedy };
                }

                TimeSpan delay = DelayAfter(tries, e.RetryAfter, settings.Chance());
                note(Invariant($"{what}: {e.Message}; try {tries + 1} of {settings.Tries} in {delay.TotalSeconds:0.#} s"));
                await Task.Delay(delay, settings.Clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// 2^(tries − 1) first delays, at most the longest, of which chance from 0 to 1 takes up to a half; never less than the
    /// server asks for.
    /// </summary>
    internal static TimeSpan DelayAfter(int tries, TimeSpan? serverAsksFor, double chance)
    {
        double own = Math.Min(FirstDelay * Math.Pow(2, tries - 1), LongestDelay) * (0.5 + (0.5 * chance));
        return TimeSpan.FromSeconds(Math.Max(own, serverAsksFor?.TotalSeconds ?? 0));
    }
}
