// The source of a prompt: an argument, --file, standard input, or --ids instead of a text.

using System.CommandLine;
using Gpt2.Core;
using static System.FormattableString;

namespace Gpt2.Cli.CommandLine;

/// <summary>The argument and options for a prompt, and their reading.</summary>
internal sealed class PromptInput
{
    private readonly string name;
    private readonly int longest;
    private readonly Argument<string[]> text;
    private readonly Argument<string>? last;
    private readonly Option<string?> file = new("--file", "-f")
    {
        Description = "Read the text from a UTF-8 file.",
        HelpName = "FILE",
    };

    private readonly IdsInput ids = IdsInput.InsteadOf("a text");

    private readonly Option<bool> allowSpecial = CommonOptions.AllowSpecial();

    /// <param name="name">The name of the argument: prompt or text.</param>
    /// <param name="several">Whether there may be more than one.</param>
    /// <param name="longest">The maximum number of bytes of a file or of standard input.</param>
    /// <param name="last">An argument that follows it, even if the text is not an argument itself; null for none.</param>
    public PromptInput(string name, bool several = false, int longest = TextFile.LongestPrompt, Argument<string>? last = null)
    {
        this.name = name;
        this.longest = longest;
        this.last = last;
        text = new Argument<string[]>(name)
        {
            Description = (several ? $"One {name} or more, each in quotes." : $"The {name}, in quotes.")
                + " Without it, --file and --ids: standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        if (last is not null)
        {
            text.CustomParser = result =>
            {
                result.OnlyTake(Math.Max(0, result.Tokens.Count - 1));
                return [.. result.Tokens.Select(token => token.Value)];
            };
        }
    }

    /// <summary>The file to read; null if there is none.</summary>
    public string? File(ParseResult parsed) => parsed.GetValue(file);

    public void AddTo(Command command)
    {
        command.Arguments.Add(text);
        if (last is not null)
        {
            command.Arguments.Add(last);
        }

        command.Options.Add(file);
        command.Options.Add(ids.Option);
        command.Options.Add(allowSpecial);
    }

    /// <summary>Whether a prompt is given on the command line, so that standard input is not used.</summary>
    public bool IsGiven(ParseResult parsed) =>
        parsed.GetValue(text) is { Length: > 0 } || parsed.GetValue(file) is not null || ids.IsGiven(parsed);

    /// <summary>Reads one or more prompts.</summary>
    /// <inheritdoc cref="Read"/>
    public IReadOnlyList<Prompt> ReadAll(ParseResult parsed, bool dropFinalLineEnd, CommandIo io)
    {
        if (parsed.GetValue(text) is not { Length: > 1 } arguments)
        {
            return [Read(parsed, dropFinalLineEnd, io)];
        }

        bool special = parsed.GetValue(allowSpecial);
        return parsed.GetValue(file) is null && !ids.IsGiven(parsed)
            ? [.. arguments.Select(argument => new Prompt(argument, null, special))]
            : throw Several("several", arguments);
    }

    /// <summary>A line of standard input as a prompt: ids if the model has no text.</summary>
    /// <exception cref="Gpt2Exception">The model has no text, and the line is not a list of ids.</exception>
    public Prompt OfLine(string line, LanguageModel model, ParseResult parsed) => model.HasText
        ? new Prompt(line, null, parsed.GetValue(allowSpecial))
        : new Prompt(null, IdsInput.Parse(line), AllowSpecial: false);

    /// <summary>Reads the prompt.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="dropFinalLineEnd">Whether the last line end of a file or pipe is not part of the text.</param>
    /// <param name="io">Provides standard input.</param>
    /// <exception cref="UsageException">More than one source was given, or none.</exception>
    /// <exception cref="Gpt2Exception">The file cannot be read.</exception>
    public Prompt Read(ParseResult parsed, bool dropFinalLineEnd, CommandIo io)
    {
        string[] arguments = parsed.GetValue(text) ?? [];
        string? path = parsed.GetValue(file);
        int[]? idList = ids.Read(parsed);
        bool special = parsed.GetValue(allowSpecial);

        if (arguments.Length > 1)
        {
            throw idList is null ? new UsageException($"the {name} is {arguments.Length} arguments: put it in quotes")
                : Several("several", arguments);
        }

        int sources = arguments.Length + (path is null ? 0 : 1) + (idList is null ? 0 : 1);
        if (sources > 1)
        {
            throw Several(Invariant($"{sources}"), idList is null ? [] : arguments);
        }

        if (idList is not null)
        {
            return new Prompt(null, idList, special);
        }

        if (arguments.Length == 1)
        {
            return new Prompt(arguments[0], null, special);
        }

        if (path is null && io.InIsTerminal)
        {
            throw new UsageException($"no {name}: give it in quotes, with --file, with --ids, or on standard input");
        }

        string read = TextFile.Read(path ?? TextFile.StandardInput, io, longest, $"a {name}");
        return new Prompt(dropFinalLineEnd ? WithoutFinalLineEnd(read) : read, null, special);
    }

    private UsageException Several(string found, string[] arguments) => IdsInput.Several($"{name}, --file and {IdsInput.Name}", found, arguments);

    private static string WithoutFinalLineEnd(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
