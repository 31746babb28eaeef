// Ctrl-C and the system's signals to end a process: the first asks the command to end, the second ends it at once.

using System.Runtime.InteropServices;

namespace Gpt2.Cli.CommandLine;

/// <summary>Cancels on the first signal, until disposed.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly CancellationTokenSource cancellation;
    private int signals;
    private volatile bool isTermination;

    public StopSignals(CancellationTokenSource cancellation)
    {
        this.cancellation = cancellation;
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        }
    }

    /// <summary>Whether the first signal was SIGTERM.</summary>
    public bool IsTermination => isTermination;

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Stop(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref signals) == 1)
        {
            context.Cancel = true; // the command ends by itself, with exit code 130
            isTermination = context.Signal == PosixSignal.SIGTERM;
            cancellation.Cancel();
        }
    }
}
