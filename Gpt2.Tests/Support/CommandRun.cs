// Runs a command line inside the test process and keeps what it wrote.

using System.Text;
using Gpt2.Cli;
using Gpt2.Cli.CommandLine;
using Microsoft.Extensions.Time.Testing;

namespace Gpt2.Tests.Support;

/// <summary>The end of a run: exit code, result and log.</summary>
public sealed record CommandRun(int ExitCode, string Out, string Error)
{
    /// <summary>Runs a command line.</summary>
    public static CommandRun Of(params string[] args) => With("", args);

    /// <summary>Runs a command line with something on standard input.</summary>
    public static CommandRun With(string input, params string[] args) => With(input, default, args);

    public static CommandRun With(string input, CancellationToken cancellation, params string[] args) =>
        With(Stream(input), cancellation, args);

    /// <summary>Runs a command line with any bytes on standard input; null where it is closed.</summary>
    public static CommandRun With(Stream? input, CancellationToken cancellation, params string[] args) =>
        Run(input, screen: null, args, StandingClock, cancellation);

    /// <summary>Runs a command line whose result and log go to a screen of a width, without colours.</summary>
    public static CommandRun OnScreen(int width, params string[] args) => Run(Stream(""), width, args, StandingClock, default);

    /// <summary>Runs a command line with a clock of the test's own.</summary>
    public static CommandRun Timed(TimeProvider clock, params string[] args) => Run(Stream(""), screen: null, args, clock, CancellationToken.None);

    /// <summary>Time stands still: a slow machine adds no lines of progress.</summary>
    private static FakeTimeProvider StandingClock => new();

    private static MemoryStream Stream(string input) => new(Encoding.UTF8.GetBytes(input));

    private static CommandRun Run(Stream? input, int? screen, string[] args, TimeProvider clock, CancellationToken cancellation)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        var io = new CommandIo(
            input, output, error, InIsTerminal: false, OutIsTerminal: screen is not null,
            ErrorIsTerminal: screen is not null, Color: false, cancellation)
        {
            Clock = clock,
            Width = screen,
            ErrorWidth = screen,
        };
        int exitCode = Gpt2Command.Run(args, io);
        return new CommandRun(exitCode, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>The result, after checking that the run was right.</summary>
    public string Result()
    {
        ExitCode.Should().Be(0, "the log says: {0}", Error);
        return Out;
    }

    /// <summary>The one line of an error, after checking that it is one and that nothing was printed as a result.</summary>
    public string ErrorLine(int exitCode)
    {
        ExitCode.Should().Be(exitCode, "the log says: {0}", Error);
        Out.Should().BeEmpty();
        string[] lines = Error.TrimEnd('\n').Split('\n');
        lines.Should().ContainSingle("an error is one line");
        return lines[0];
    }
}
