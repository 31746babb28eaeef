// Ctrl-C and the system's signals to end a process: the first asks the command to end, the second ends it at once.

using System.Runtime.InteropServices;

namespace Gpt2.Cli.CommandLine;

/// <summary>Cancels on the first signal, until disposed.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly CancellationTokenSource cancellation = new();
    private readonly Lock ending = new();
    private int signals;
    private bool hasEnded;
    private volatile bool isTermination;

    public StopSignals()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Cancellation => cancellation.Token;

    /// <summary>Whether the first signal was SIGTERM.</summary>
    public bool IsTermination => isTermination;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        lock (ending)
        {
            hasEnded = true;
            cancellation.Dispose();
        }
    }

    /// <summary>Handles a signal. One that came before the registrations ended may be handled, on its own thread, after that.</summary>
    internal void Stop(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref signals) != 1)
        {
            return;
        }

        context.Cancel = true; // the command ends by itself, with exit code 130
        isTermination = context.Signal == PosixSignal.SIGTERM;
        lock (ending)
        {
            if (!hasEnded)
            {
                cancellation.Cancel();
            }
        }
    }
}
