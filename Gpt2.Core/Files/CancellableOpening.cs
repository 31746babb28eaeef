// Opening a named pipe blocks until its other end is opened, and cannot be cancelled. Waiting on another thread can.

namespace Gpt2.Core.Files;

/// <summary>Opens files whose opening may block.</summary>
internal static class CancellableOpening
{
    /// <summary>
    /// Raised just before each path is opened: a test that cancels the wait needs to know that it has begun.
    /// </summary>
    internal static event Action<string>? Begins;

    /// <summary>
    /// Opens on a thread of the pool, which does not keep the process alive. If the path opens after the wait was
    /// cancelled, it is closed again.
    /// </summary>
    /// <param name="path">The path to open.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
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
            opening.ContinueWith(
                late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }
}
