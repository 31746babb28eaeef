// Tries again what was interrupted, with growing waits, until it has been tried often enough without getting on.

using System.Globalization;

namespace Gpt2.Core.Weights.Download;

/// <summary>The loop around a request or a transfer.</summary>
/// <param name="settings">How often, how long.</param>
/// <param name="note">Is told of every wait, so that silence is never taken for work.</param>
internal sealed class RetryLoop(TransferSettings settings, Action<string> note)
{
    /// <summary>Runs an action until it succeeds.</summary>
    /// <param name="what">What messages begin with.</param>
    /// <param name="action">Throws <see cref="TransferInterruptedException"/> where it is worth another try.</param>
    /// <param name="reached">How far it has come in bytes; further than before begins the count of tries anew.</param>
    /// <param name="onGivingUp">The last part of the message after the last try: what is left and what to do.</param>
    /// <param name="cancellation">Stops the action and the waits.</param>
    /// <exception cref="Gpt2Exception">It was tried often enough, or the server asks for too long a wait.</exception>
    public async Task<T> RunAsync<T>(
        string what, Func<Task<T>> action, Func<long> reached, string onGivingUp, CancellationToken cancellation)
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
                long now = reached();
                if (now - furthest >= settings.ProgressThatCounts)
                {
                    furthest = now;
                    tries = 1;
                }

                if (tries >= settings.Tries)
                {
                    throw new Gpt2Exception(
                        string.Create(CultureInfo.InvariantCulture, $"{what}: {e.Message}; gave up after {tries} tries: {onGivingUp}"), e);
                }

                if (e.RetryAfter > settings.LongestServerDelay)
                {
                    throw new Gpt2Exception(
                        string.Create(CultureInfo.InvariantCulture,
                            $"{what}: {e.Message} and asks to wait {e.RetryAfter.Value.TotalSeconds:0} s; later, {onGivingUp}"), e);
                }

                TimeSpan delay = settings.DelayAfter(tries, e.RetryAfter);
                note(string.Create(
                    CultureInfo.InvariantCulture, $"{what}: {e.Message}; try {tries + 1} of {settings.Tries} in {delay.TotalSeconds:0.#} s"));
                await settings.Wait(delay, cancellation).ConfigureAwait(false);
            }
        }
    }
}
