// Interrupted requests are tried again, with growing delays, until too many attempts in a row have made no progress.

using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// An attempt failed, but another may succeed: a dropped connection, a time-out, a busy server. Any other failure is a
/// <see cref="Gpt2Exception"/> right away.
/// </summary>
internal sealed class TransferInterruptedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How long the server asks to wait; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>
/// The loop around a request or a transfer. The note is told of every wait, so that the user does not take it for work.
/// </summary>
internal sealed class RetryLoop(TransferSettings settings, Action<string> note)
{
    private const double FirstDelay = 1, LongestDelay = 30, LongestServerDelay = 300; // seconds

    /// <summary>
    /// Runs an action until it succeeds. The action throws <see cref="TransferInterruptedException"/> if another
    /// attempt makes sense. Further bytes reset the count of attempts. After the last attempt this throws an error at
    /// <paramref name="what"/> with the remedy.
    /// </summary>
    /// <exception cref="Gpt2Exception">All attempts failed, or the server asks for too long a wait.</exception>
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

                if (e.RetryAfter?.TotalSeconds is double wait and > LongestServerDelay)
                {
                    string found = Invariant($"{e.Message} and asks to wait {wait:0} s"), expected = Invariant($"at most {LongestServerDelay} s");
                    throw new Gpt2Exception(found, e) { Where = what, Expected = expected, Remedy = remedy };
                }

                if (tries >= settings.Tries)
                {
                    throw new Gpt2Exception(Invariant($"{e.Message}, attempt {tries} of {settings.Tries}"), e) { Where = what, Remedy = remedy };
                }

                TimeSpan delay = DelayAfter(tries, e.RetryAfter, settings.Chance());
                note(Invariant($"{what}: {e.Message}; attempt {tries + 1} of {settings.Tries} in {delay.TotalSeconds:0.#} s"));
                await Task.Delay(delay, settings.Clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// 2^(tries − 1) times the first delay, at most the longest, times 0.5 to 1 depending on chance, which is from 0 to
    /// 1; but never less than the server asks for.
    /// </summary>
    internal static TimeSpan DelayAfter(int tries, TimeSpan? serverAsksFor, double chance)
    {
        double own = Math.Min(FirstDelay * Math.Pow(2, tries - 1), LongestDelay) * (0.5 + (0.5 * chance));
        return TimeSpan.FromSeconds(Math.Max(own, serverAsksFor?.TotalSeconds ?? 0));
    }
}
