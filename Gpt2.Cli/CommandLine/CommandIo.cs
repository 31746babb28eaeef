// What a command reads from and writes to, so that tests can stand in for the console.

using System.Text;
using Gpt2.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Gpt2.Cli.CommandLine;

/// <summary>Input, result and log of a command.</summary>
/// <param name="In">Standard input, UTF-8.</param>
/// <param name="Out">Receives the result and nothing else.</param>
/// <param name="Error">Receives progress, notes and errors.</param>
/// <param name="InIsTerminal">Whether a person would have to type the input.</param>
/// <param name="OutIsTerminal">Whether the result is shown on a screen.</param>
/// <param name="ErrorIsTerminal">Whether the log is shown on a screen.</param>
/// <param name="Color">Whether colour is wanted at all: NO_COLOR is not set.</param>
/// <param name="Cancellation">Ctrl-C, or the system's request to end.</param>
public sealed record CommandIo(
    TextReader In, TextWriter Out, TextWriter Error, bool InIsTerminal, bool OutIsTerminal, bool ErrorIsTerminal,
    bool Color, CancellationToken Cancellation)
{
    private const int WidthWithoutTerminal = 120;

    /// <summary>Whether --verbose was given.</summary>
    public bool Verbose { get; init; }

    /// <summary>Whether it was SIGTERM that cancelled: the usual end of a service.</summary>
    public Func<bool> IsTermination { get; init; } = () => false;

    /// <summary>The console of this process.</summary>
    public static CommandIo OfProcess(CancellationToken cancellation)
    {
        var strictUtf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        return new CommandIo(
            new StreamReader(Console.OpenStandardInput(), strictUtf8),
            StandardStream.Output(),
            StandardStream.Error(),
            !Console.IsInputRedirected,
            !Console.IsOutputRedirected,
            !Console.IsErrorRedirected,
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            cancellation);
    }

    /// <summary>Writes something styled, such as a table, to <see cref="Out"/>.</summary>
    public void Show(IRenderable renderable)
    {
        if (OutIsTerminal)
        {
            ConsoleOf(Out, isTerminal: true).Write(renderable);
            return;
        }

        // A file or a pipe gets the same lines without the spaces that fill them up.
        var lines = new StringWriter();
        ConsoleOf(lines, isTerminal: false).Write(renderable);
        foreach (string line in lines.ToString().ReplaceLineEndings("\n").Trim('\n').Split('\n'))
        {
            if (line.AsSpan().Trim().Length > 0)
            {
                Out.WriteLine(line.TrimEnd());
            }
        }
    }

    /// <summary>The next line of standard input, null at its end; a person at a terminal sees that one is awaited.</summary>
    /// <exception cref="Core.Gpt2Exception">It is not UTF-8 text.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C came first.</exception>
    public string? AskForLine()
    {
        if (InIsTerminal && ErrorIsTerminal)
        {
            Error.Write("> ");
            Error.Flush();
        }

        try
        {
            // Reading cannot be cancelled, waiting can; a thread of the pool does not keep the process.
            Task<string?> line = Task.Run(In.ReadLine);
            Task.WaitAny([line], Cancellation);
            return line.GetAwaiter().GetResult();
        }
        catch (DecoderFallbackException e)
        {
            throw new Core.Gpt2Exception("standard input: not UTF-8 text: convert it first", e);
        }
    }

    /// <summary>For progress on <see cref="Error"/>.</summary>
    public IAnsiConsole ErrorConsole() => ConsoleOf(Error, ErrorIsTerminal);

    /// <summary>A remark that is not part of the result.</summary>
    public void Note(string text) => Error.WriteLine(text);

    /// <summary>A remark that only --verbose asks for.</summary>
    public void Detail(string text)
    {
        if (Verbose)
        {
            Note(text);
        }
    }

    private IAnsiConsole ConsoleOf(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal && Color ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal && Color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }
}
