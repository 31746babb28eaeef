// What a command reads from and writes to, so that tests can stand in for the console.

using System.Globalization;
using Gpt2.Cli.Output;
using Spectre.Console;

namespace Gpt2.Cli.CommandLine;

/// <summary>Input, result and log of a command.</summary>
/// <param name="In">Standard input; null where the caller closed it.</param>
/// <param name="Out">Receives the result and nothing else.</param>
/// <param name="Error">Receives progress, notes and errors.</param>
/// <param name="InIsTerminal">Whether a person would have to type the input.</param>
/// <param name="OutIsTerminal">Whether the result is shown on a screen.</param>
/// <param name="ErrorIsTerminal">Whether the log is shown on a screen.</param>
/// <param name="Color">Whether colour is wanted at all: NO_COLOR is not set.</param>
/// <param name="Cancellation">Ctrl-C, or the system's request to end.</param>
public sealed record CommandIo(
    Stream? In, TextWriter Out, TextWriter Error, bool InIsTerminal, bool OutIsTerminal, bool ErrorIsTerminal,
    bool Color, CancellationToken Cancellation)
{
    /// <summary>Of a terminal that does not say.</summary>
    private const int UsualWidth = 80;

    /// <summary>Lines are broken before Spectre sees them, or not at all.</summary>
    private const int Unlimited = 1 << 20;

    /// <summary>Columns of the screen that shows the result; null where it goes to a file or a pipe, whose lines have no limit.</summary>
    public int? Width { get; init; } = OutIsTerminal ? UsualWidth : null;

    /// <summary>Columns of the screen that shows the log; null where that is a file or a pipe.</summary>
    public int? ErrorWidth { get; init; } = ErrorIsTerminal ? UsualWidth : null;

    /// <summary>Whether the result is shown in colours.</summary>
    public bool HasStyles => OutIsTerminal && Color;

    /// <summary>Whether --verbose was given.</summary>
    public bool Verbose { get; init; }

    /// <summary>Decides when a wait is long enough to be told of.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether it was SIGTERM that cancelled: the usual end of a service.</summary>
    public Func<bool> IsTermination { get; init; } = () => false;

    /// <summary>The console of this process.</summary>
    public static CommandIo OfProcess(CancellationToken cancellation) => new(
        StandardInput.Open(),
        StandardStream.Output(),
        StandardStream.Error(),
        !Console.IsInputRedirected,
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected,
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        cancellation)
    {
        Width = Console.IsOutputRedirected ? null : ScreenWidth(),
        ErrorWidth = Console.IsErrorRedirected ? null : ScreenWidth(),
    };

    /// <summary>Writes a sentence of the result; on a screen it is broken between words.</summary>
    public void Say(string text)
    {
        foreach (string line in DisplayText.Wrapped(text, Width))
        {
            Out.WriteLine(line);
        }
    }

    /// <summary>Writes a line of the result whose parts have styles, which are shown where <see cref="HasStyles"/>.</summary>
    internal void WriteLine(params IEnumerable<Cell> parts)
    {
        if (HasStyles)
        {
            foreach (Cell part in parts)
            {
                Write(part);
            }

            Out.WriteLine();
        }
        else
        {
            Out.WriteLine(string.Concat(parts.Select(part => part.Text)).TrimEnd());
        }
    }

    /// <summary>Writes a part of a line.</summary>
    internal void Write(Cell part)
    {
        if (HasStyles && part.Style is Style style)
        {
            IAnsiConsole console = ConsoleOf(Out, isTerminal: true);
            console.Profile.Width = Unlimited;
            console.Write(new Text(part.Text, style));
        }
        else
        {
            Out.Write(part.Text);
        }
    }

    /// <summary>Shows a person at a terminal that a line is awaited.</summary>
    public void AskForLine()
    {
        if (InIsTerminal && ErrorIsTerminal)
        {
            Error.Write("> ");
            Error.Flush();
        }
    }

    /// <summary>For progress on <see cref="Error"/>.</summary>
    public IAnsiConsole ErrorConsole() => ConsoleOf(Error, ErrorIsTerminal);

    /// <summary>A remark that is not part of the result.</summary>
    public void Note(string text)
    {
        foreach (string line in DisplayText.Wrapped(text, ErrorWidth))
        {
            Error.WriteLine(line);
        }
    }

    /// <summary>An explanation for a person who reads the result on a screen; never part of the result.</summary>
    public void Explain(string text)
    {
        if (OutIsTerminal)
        {
            Note(text);
        }
    }

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
        return console;
    }

    /// <summary>What COLUMNS says, as POSIX has it, else the terminal itself.</summary>
    private static int ScreenWidth()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) && wanted > 0)
        {
            return wanted;
        }

        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;
        }
        catch (IOException)
        {
            return UsualWidth; // Windows without a window
        }
    }
}
