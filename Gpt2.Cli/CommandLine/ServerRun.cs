// A command that serves: it starts a server, says that it is ready, and ends when it is stopped.

using Gpt2.Cli.Http;

namespace Gpt2.Cli.CommandLine;

internal static class ServerRun
{
    /// <summary>Serves until the process is asked to end.</summary>
    /// <typeparam name="T">The server.</typeparam>
    /// <param name="start">Starts it.</param>
    /// <param name="ready">Says where it is.</param>
    /// <param name="io">Receives the log, and says when to end.</param>
    /// <exception cref="OperationCanceledException">It was stopped by Ctrl-C.</exception>
    public static void UntilStopped<T>(Func<IServerLog, Task<T>> start, Action<T> ready, CommandIo io)
        where T : IAsyncDisposable
    {
        ServeAsync(start, ready, io).GetAwaiter().GetResult();
        if (!io.IsTermination())
        {
            io.Cancellation.ThrowIfCancellationRequested();
        }
    }

    private static async Task ServeAsync<T>(Func<IServerLog, Task<T>> start, Action<T> ready, CommandIo io)
        where T : IAsyncDisposable
    {
        await using T server = await start(new ServerLog(io));
        ready(server);
        io.Out.Flush();
        var stopped = new TaskCompletionSource();
        using CancellationTokenRegistration registration = io.Cancellation.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <summary>Requests are shown with --verbose, the server's own errors always.</summary>
    private sealed class ServerLog(CommandIo io) : IServerLog
    {
        private readonly Lock gate = new();

        public void Request(string line)
        {
            lock (gate)
            {
                io.Detail(line);
            }
        }

        public void Failure(Exception exception)
        {
            lock (gate)
            {
                io.Note(io.Verbose
                    ? exception.ToString()
                    : $"internal error: {exception.Message} (please report it with the output of --verbose)");
            }
        }
    }
}
