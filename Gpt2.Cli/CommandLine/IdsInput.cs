// --ids, with which every command that takes tokens takes their ids.

using System.CommandLine;
using System.Globalization;
using Gpt2.Core;

namespace Gpt2.Cli.CommandLine;

/// <summary>The option, and the reading of lists of ids.</summary>
/// <param name="description">What it is for.</param>
internal sealed class IdsInput(string description)
{
    public const string Name = "--ids";

    public Option<string?> Option { get; } = new(Name) { Description = description, HelpName = "ID,ID,…" };

    /// <summary>The option of a command that otherwise takes something else.</summary>
    public static IdsInput InsteadOf(string other) => new($"Take token ids instead of {other}, for example 2,1,0.");

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(Option) is not null;

    /// <summary>The ids; null if the option is not given.</summary>
    /// <exception cref="UsageException">Its value is something else.</exception>
    public int[]? Read(ParseResult parsed) => parsed.GetValue(Option) is string list ? ParseOption(list) : null;

    /// <summary>The error for ids beside something that stands for tokens too.</summary>
    /// <param name="expected">What may be given: "prompt, --file and --ids".</param>
    /// <param name="found">What was: "both".</param>
    /// <param name="beside">The arguments beside the option, which may be ids that were separated by spaces.</param>
    public static UsageException Several(string expected, string found, IReadOnlyCollection<string> beside) => new(
        $"expected one of {expected}, found {found}",
        remedy: beside.Count > 0 && beside.All(IsList) ? $"several ids are one value: {Name} 2,1,0" : null);

    /// <summary>Reads ids from the command line, separated by commas or white space.</summary>
    /// <exception cref="UsageException">The text is something else.</exception>
    public static int[] ParseOption(string list)
    {
        try
        {
            return Parse(list);
        }
        catch (Gpt2Exception e)
        {
            throw new UsageException(e.At(Name));
        }
    }

    /// <summary>Reads ids separated by commas or white space.</summary>
    /// <exception cref="Gpt2Exception">The text is something else. The caller adds the place to the message.</exception>
    public static int[] Parse(string list)
    {
        if (string.IsNullOrWhiteSpace(list))
        {
            return [];
        }

        // White space alone separates too, and a list may end with a comma; but between two commas an id is missing.
        string[] parts = [.. list.Trim().TrimEnd(',').Split(',').SelectMany(
            part => part.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ids ? ids : [""])];
        var parsed = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out parsed[i]))
            {
                throw WholeNumber.IsWhole(parts[i])
                    ? new Gpt2Exception($"found {parts[i]}") { Expected = $"0 to {int.MaxValue}" }
                    : new Gpt2Exception($"found '{parts[i]}'") { Expected = "whole numbers, for example 2,1,0" };
            }
        }

        return parsed;
    }

    private static bool IsList(string argument) => argument.Length > 0 && argument.All(c => char.IsAsciiDigit(c) || c is ',' or ' ');
}
