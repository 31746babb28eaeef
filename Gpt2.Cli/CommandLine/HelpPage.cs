// What --help prints. The first line of a description is in the lists, the rest below under "Details", so that the
// lists can be skimmed. Lines are broken between words, and on a narrow screen a description is below its name.

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using Gpt2.Cli.Output;

namespace Gpt2.Cli.CommandLine;

/// <summary>Prints the help of a command.</summary>
/// <param name="io">Where to print, and how wide.</param>
internal sealed class HelpPage(CommandIo io) : SynchronousCommandLineAction
{
    /// <summary>Longer names are on a line by themselves.</summary>
    private const int NameWidth = 24;

    /// <summary>A narrower screen has no room for two columns.</summary>
    private const int TwoColumns = 60;

    /// <summary>Options that many commands share, listed after a command's own.</summary>
    private static readonly string[] Shared =
    [
        "--model", "--adapter", "--format", "--no-cache", "--kernels", "--threads", "--weights", "--break", "--json", "--verbose", "--help",
        "--version",
    ];

    /// <summary>Help is shown even if a required argument is missing.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        Command[] path = [.. Path(command)];
        IEnumerable<Option> OptionsOf(Command one) => one.Options.Where(option => one == command || option.Recursive);
        Option[] options = [.. path.Reverse().SelectMany(OptionsOf).Where(option => !option.Hidden)];
        Option[] own = [.. options.Where(option => !Shared.Contains(option.Name))];

        io.Say(command.Description!);
        Heading("Usage");
        foreach (string line in DisplayText.Wrapped("  " + Usage(path, command), io.Width, indent: 4))
        {
            io.Out.WriteLine(line);
        }

        List("Commands", command.Subcommands.Select(one => (Name(one), FirstLine(one))));
        List("Arguments", command.Arguments.Select(argument => (Placeholder(argument), FirstLine(argument) + Choices(argument.HelpName))));
        List("Options", own.Select(option => (Name(option), FirstLine(option) + Remarks(option))));
        List(
            own.Length > 0 ? "Shared options" : "Options",
            options.Except(own).Select(option => (Name(option), FirstLine(option) + Remarks(option))));
        Details(options);
        return ExitCode.Done;
    }

    private static IEnumerable<Command> Path(Command command) => command.Parents.OfType<Command>().SelectMany(Path).Append(command);

    private static string Usage(Command[] path, Command command) => string.Join(' ',
    [
        "gpt2", .. path.Skip(1).Select(one => one.Name), .. command.Subcommands.Count > 0 ? ["[command]"] : Array.Empty<string>(),
        .. command.Arguments.Select(
            argument => argument.Arity.MinimumNumberOfValues > 0 ? Placeholder(argument) : $"[{Placeholder(argument)}]"),
        "[options]",
    ]);

    private static string Placeholder(Argument argument) =>
        $"<{(ChoicesOf(argument.HelpName).Length > 0 ? argument.Name : argument.HelpName ?? argument.Name)}>";

    private static string Name(Command command) => string.Join(' ', [command.Name, .. command.Arguments.Select(Placeholder)]);

    /// <summary>"-m, --model &lt;FOLDER|NAME&gt;"; a second long name is in the details.</summary>
    private static string Name(Option option)
    {
        string[] brief =
        [
            .. option.Aliases.Where(
                alias => alias != option.Name && !alias.StartsWith("--", StringComparison.Ordinal) && alias[0] == '-'),
        ];
        string value = option.HelpName is string given ? $" <{(ChoicesOf(given).Length > 0 ? "NAME" : given)}>" : "";
        return string.Join(", ", [.. brief, option.Name]) + value;
    }

    /// <summary>The possible values of an option, if they are too long to be next to its name.</summary>
    private static string[] ChoicesOf(string? helpName) => helpName is { Length: > NameWidth } list ? list.Split('|') : [];

    private static string Choices(string? helpName) => ChoicesOf(helpName) is { Length: > 0 } choices ? $" One of {string.Join(", ", choices)}." : "";

    private static string FirstLine(Symbol symbol) => symbol.Description?.Split('\n')[0] ?? "";

    /// <summary>Remarks that follow from the option itself, so that its description need not repeat them.</summary>
    private static string Remarks(Option option)
    {
        bool hasDefault = option.HasDefaultValue && option.ValueType != typeof(bool) && !option.ValueType.IsArray
            && !FirstLine(option).Contains("Default:", StringComparison.Ordinal);
        string? standard = hasDefault ? Convert.ToString(option.GetDefaultValue(), CultureInfo.InvariantCulture) : null;
        return (option.Required ? " Required." : "")
            + Choices(option.HelpName)
            + (string.IsNullOrEmpty(standard) ? "" : $" Default: {standard}.");
    }

    private static string? Rest(Option option)
    {
        string[] parts = option.Description?.Split('\n', 2) ?? [];
        string[] others = [.. option.Aliases.Where(alias => alias != option.Name && alias.StartsWith("--", StringComparison.Ordinal))];
        string also = others.Length > 0 ? $"The same as {string.Join(", ", others)}." : "";
        string[] sentences = [parts.Length > 1 ? parts[1] : "", option is HelpOption ? "" : also];
        string text = string.Join(' ', sentences.Where(part => part.Length > 0));
        return text.Length > 0 ? text : null;
    }

    private void Heading(string text)
    {
        io.Out.WriteLine();
        io.Out.WriteLine(text + ":");
    }

    private void List(string heading, IEnumerable<(string Name, string Text)> entries)
    {
        (string Name, string Text)[] all = [.. entries];
        if (all.Length == 0)
        {
            return;
        }

        Heading(heading);
        int left = all.Select(entry => DisplayText.Width(entry.Name)).Where(width => width <= NameWidth).DefaultIfEmpty().Max();
        foreach ((string name, string text) in all)
        {
            if (io.Width < TwoColumns)
            {
                Indented(name, 2);
                Indented(text, 6);
                continue;
            }

            string padded = $"  {DisplayText.Padded(name, left, right: false)}  ";
            string[] lines = [.. DisplayText.Wrapped(text, io.Width - padded.Length)];
            bool beside = DisplayText.Width(name) <= left;
            io.Out.WriteLine(beside ? (padded + lines[0]).TrimEnd() : "  " + name);
            foreach (string line in beside ? lines.Skip(1) : DisplayText.Wrapped(text, io.Width - left - 4))
            {
                io.Out.WriteLine(new string(' ', left + 4) + line);
            }
        }
    }

    private void Details(IEnumerable<Option> options)
    {
        (Option Option, string Text)[] all = [.. options.Select(option => (option, Text: Rest(option)!)).Where(entry => entry.Text is not null)];
        if (all.Length == 0)
        {
            return;
        }

        Heading("Details");
        foreach ((Option option, string text) in all)
        {
            Indented(option.Name, 2);
            Indented(text, 6);
        }
    }

    private void Indented(string text, int indent)
    {
        foreach (string line in DisplayText.Wrapped(text, io.Width - indent))
        {
            io.Out.WriteLine(new string(' ', indent) + line);
        }
    }
}
