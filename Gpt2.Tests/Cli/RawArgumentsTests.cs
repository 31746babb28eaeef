// Arguments as the bytes that the caller gave: what is not UTF-8 is refused and not replaced.

using System.Diagnostics;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public class RawArgumentsTests
{
    private const string Replaced = "a\uFFFDb";

    [Fact]
    public void Fault_ByteThatIsNotUtf8_NamesTheArgument() =>
        RawArguments.Fault(["predict", Replaced], [.. "dotnet\0gpt2.dll\0predict\0a"u8, 0xFF, .. "b\0"u8]).Should().Be(
            "argument 2, 'a\uFFFDb', byte 2: found 0xFF, which is not UTF-8; does the terminal or script use another encoding?");

    [Fact]
    public void Fault_ReplacementThatWasTyped_IsNone()
    {
        RawArguments.Fault(["predict", Replaced], Encoding.UTF8.GetBytes($"gpt2\0predict\0{Replaced}\0")).Should().BeNull();
        RawArguments.Fault(["", Replaced], Encoding.UTF8.GetBytes($"gpt2\0\0{Replaced}\0")).Should().BeNull();
    }

    [Fact]
    public void Fault_BytesOfAnotherCommandLine_IsNone()
    {
        RawArguments.Fault(["predict", Replaced], [.. "gpt2\0explain\0a"u8, 0xFF, .. "b\0"u8]).Should().BeNull();
        RawArguments.Fault(["predict", Replaced], [0xFF, 0]).Should().BeNull();
        RawArguments.Fault(["predict", Replaced], [.. "predict\0a"u8, 0xFF]).Should().BeNull("it was cut off");
        RawArguments.Fault([Replaced], []).Should().BeNull();
    }

    [LinuxFact]
    public async Task Argument_NotUtf8_IsWrongUsageOnLinux()
    {
        using Process process = CommandProcess.StartByShell("\"$@\" \"$(printf 'Sally \\377 is')\"", "tokenize");
        using var whateverHappens = new KilledAtLast(process);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        process.ExitCode.Should().Be(2);
        error.Should().StartWith("gpt2: argument 2, 'Sally \uFFFD is', byte 7: found 0xFF, which is not UTF-8");
    }
}
