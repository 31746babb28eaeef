// Signals that ask the command to end, the late ones too.

using System.Runtime.InteropServices;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Tests.Cli;

public class StopSignalsTests
{
    [Fact]
    public void FirstSignal_AsksTheCommandToEnd_TheSecondIsLeftToTheSystem()
    {
        using var signals = new StopSignals();
        var first = new PosixSignalContext(PosixSignal.SIGTERM);
        var second = new PosixSignalContext(PosixSignal.SIGINT);

        signals.Stop(first);
        signals.Stop(second);

        signals.Cancellation.IsCancellationRequested.Should().BeTrue();
        signals.IsTermination.Should().BeTrue();
        first.Cancel.Should().BeTrue();
        second.Cancel.Should().BeFalse();
    }

    [Fact]
    public void SignalHandledAfterTheCommandHasEnded_LeavesItsResult()
    {
        var signals = new StopSignals();
        var late = new PosixSignalContext(PosixSignal.SIGTERM);
        signals.Dispose();

        signals.Invoking(ended => ended.Stop(late)).Should().NotThrow("an exception on the thread of a signal would end the process");

        late.Cancel.Should().BeTrue("the process ends by itself");
    }
}
