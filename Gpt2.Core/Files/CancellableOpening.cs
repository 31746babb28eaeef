// Opening a named pipe waits for its other end and cannot be stopped; waiting for it can.

namespace Gpt2.Core.Files;

/// <summary>Opens what may have to be waited for.</summary>
internal static class CancellableOpening
{
    /// <summary>Is told of each path just before it is opened: a test that cancels the wait needs to know that it has begun.</summary>
    internal static event Action<string>? Begins;

    /// <summary>Opens on a thread of the pool, which does not keep the process. What opens after the wait was given up is closed again.</summary>
    /// <param name="path">What is opened.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public static T Run<T>(string path, Func<string, T> open, CancellationToken cancellation)
        where T : IDisposable?
    {
        Task<T> opening = Task.Run(
            () =>
            {
                Begins?.Invoke(path);
                return open(path);
            },
            cancellation);
        try
        {
            return opening.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            opening.ContinueWith(late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }
}
