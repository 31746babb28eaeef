// --add-tokens: a range of numbers, or a file with a token on each line.

using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.CommandLine;

/// <summary>The option of a command that can extend a vocabulary.</summary>
/// <param name="rows">What the rows of the new tokens begin as, in one sentence.</param>
internal sealed partial class AddedTokensInput(string rows)
{
    private const int Most = 100_000, MostBytes = 1 << 22;
    private const string Expected = "numbers such as 1-999, or a file with a token on each line";

    public Option<string?> Option { get; } = new("--add-tokens")
    {
        Description = $"Tokens to add to the vocabulary: {Expected}.\nThose that are tokens already are left out. {rows}",
        HelpName = "N-N|FILE",
    };

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(Option) is not null;

    /// <summary>The tokens to add.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="vocabulary">The vocabulary to add them to; null if there is none.</param>
    /// <param name="io">Standard input and notes.</param>
    /// <returns>None if the option is not given.</returns>
    /// <exception cref="UsageException">It is neither a range of numbers nor a file.</exception>
    /// <exception cref="Gpt2Exception">The file cannot be read, or nothing in it can be added.</exception>
    public IReadOnlyList<string> Read(ParseResult parsed, Vocabulary? vocabulary, CommandIo io)
    {
        if (parsed.GetValue(Option) is not string given)
        {
            return [];
        }

        if (vocabulary is null)
        {
            throw new UsageException("the model has no vocabulary to add to", where: Option.Name, expected: "a model with text");
        }

        string[] tokens = [.. (NumbersOf(given) ?? LinesOf(given, io)).Distinct(StringComparer.Ordinal)];
        var tokenizer = new Tokenizer(vocabulary);
        string[] fresh = [.. tokens.Where(token => tokenizer.Encode(token).Length > 1)];
        if (fresh.Length is 0 or > Most)
        {
            throw new Gpt2Exception(fresh.Length == 0 ? "all are tokens already" : $"found {fresh.Length} tokens")
            {
                Where = given,
                Expected = fresh.Length == 0 ? "a token that the vocabulary does not have" : $"at most {Most}",
            };
        }

        vocabulary.RequireNoUnused("a vocabulary with added tokens");
        io.Note(Invariant($"adding {Plural.Of(fresh.Length, "token")} to {vocabulary.Count}")
            + (fresh.Length == tokens.Length ? "" : Invariant($"; {tokens.Length - fresh.Length} are there already")));
        return fresh;
    }

    private IEnumerable<string>? NumbersOf(string given)
    {
        Match range = Range().Match(given);
        if (!range.Success || File.Exists(given))
        {
            return null;
        }

        int first = int.Parse(range.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        int last = int.Parse(range.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        return first <= last && last - first < Most
            ? Enumerable.Range(first, last - first + 1).Select(number => Invariant($"{number}"))
            : throw new UsageException($"found {given}", where: Option.Name, expected: $"a range of 1 to {Most} numbers");
    }

    private string[] LinesOf(string given, CommandIo io) => File.Exists(given) || TextFile.IsStandardInput(given)
        ? [.. TextFile.Read(given, io, MostBytes, Expected).ReplaceLineEndings("\n").Split('\n').Where(line => line.Length > 0)]
        : throw new UsageException($"found '{given}'", where: Option.Name, expected: Expected);

    [GeneratedRegex(@"^([0-9]{1,9})-([0-9]{1,9})\z")]
    private static partial Regex Range();
}
