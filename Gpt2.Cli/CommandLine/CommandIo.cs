// What a command reads from and writes to; tests replace the console with their own.

using System.Globalization;
using Gpt2.Cli.Output;
using Spectre.Console;

namespace Gpt2.Cli.CommandLine;

/// <summary>Input, result and log of a command.</summary>
/// <param name="In">Standard input; null if the caller closed it.</param>
/// <param name="Out">Receives the result and nothing else.</param>
/// <param name="Error">Receives progress, notes and errors.</param>
/// <param name="InIsTerminal">Whether the input is typed by a person.</param>
/// <param name="OutIsTerminal">Whether the result is shown on a screen.</param>
/// <param name="ErrorIsTerminal">Whether the log is shown on a screen.</param>
/// <param name="Color">Whether colour is wanted, so NO_COLOR is not set.</param>
/// <param name="Cancellation">Ctrl-C, or the system's request to end.</param>
public sealed record CommandIo(
    Stream? In, TextWriter Out, TextWriter Error, bool InIsTerminal, bool OutIsTerminal, bool ErrorIsTerminal,
    bool Color, CancellationToken Cancellation)
{
    /// <summary>The width of a terminal that does not report one.</summary>
    private const int UsualWidth = 80;

    /// <summary>Lines are broken before Spectre gets them, or not at all.</summary>
    private const int Unlimited = 1 << 20;

    /// <summary>
    /// Width of the screen that shows the result; null for a file or a pipe, whose lines have no limit.
    /// </summary>
    public int? Width { get; init; } = OutIsTerminal ? UsualWidth : null;

    /// <summary>Width of the screen that shows the log; null for a file or a pipe.</summary>
    public int? ErrorWidth { get; init; } = ErrorIsTerminal ? UsualWidth : null;

    /// <summary>Whether the result is shown in colours.</summary>
    public bool HasStyles => OutIsTerminal && Color;

    /// <summary>Whether --verbose was given.</summary>
    public bool Verbose { get; init; }

    /// <summary>Decides when a wait is long enough to be reported.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether the cancellation was by SIGTERM, the usual end of a service.</summary>
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

    /// <summary>Separates a table from what follows it by an empty line; on a screen, every table ends with one.</summary>
    public void SayGap()
    {
        if (!OutIsTerminal)
        {
            Out.WriteLine();
        }
    }

    /// <summary>Writes a line of the result whose parts have styles, shown if <see cref="HasStyles"/>.</summary>
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

    /// <summary>Shows a person at a terminal that input is expected.</summary>
    public void AskForLine()
    {
        if (InIsTerminal && ErrorIsTerminal)
        {
            Error.Write("> ");
            Error.Flush();
        }
    }

    /// <summary>The console for progress on <see cref="Error"/>.</summary>
    public IAnsiConsole ErrorConsole() => ConsoleOf(Error, ErrorIsTerminal);

    /// <summary>Writes a remark that is not part of the result.</summary>
    public void Note(string text)
    {
        foreach (string line in DisplayText.Wrapped(text, ErrorWidth))
        {
            Error.WriteLine(line);
        }
    }

    /// <summary>Writes an explanation if the result is shown on a screen; it is never part of the result.</summary>
    public void Explain(string text)
    {
        if (OutIsTerminal)
        {
            Note(text);
        }
    }

    /// <summary>Writes a remark that is shown only with --verbose.</summary>
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

    /// <summary>The value of COLUMNS, as in POSIX, or else the terminal's width.</summary>
    private static int ScreenWidth()
    {
        string? columns = Environment.GetEnvironmentVariable("COLUMNS");
        if (int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) && wanted > 0)
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
