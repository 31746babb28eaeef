// What only a process of its own shows of inputs: a closed descriptor, and a signal while it waits.

using System.Diagnostics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class InputProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData("predict")]
    [InlineData("tokenize")]
    [InlineData("generate", "--interactive")]
    public async Task StandardInput_ClosedByTheCaller_SaysSoOnLinux(params string[] args)
    {
        using Process process = CommandProcess.StartByShell("\"$@\" <&-", args);
        using var whateverHappens = new KilledAtLast(process);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        process.ExitCode.Should().Be(1);
        error.Should().StartWith("gpt2: standard input: it is closed");
    }

    [UnixFact]
    public async Task Interrupt_WhileANamedPipeIsRead_EndsWith130()
    {
        string pipe = NamedPipe.Put(folder.PathOf("pipe"));
        using Process process = CommandProcess.Start(folder.Root, "predict", "--file", "pipe");
        using var whateverHappens = new KilledAtLast(process);

        // Opening it for writing waits until the command has opened it, and so is reading.
        using FileStream writer = await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write)).WaitAsync(CommandProcess.LongEnough);
        await CommandProcess.Interrupt(process);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        process.ExitCode.Should().Be(130);
        error.Should().Be("gpt2: cancelled" + Environment.NewLine);
    }
}
