// A command that was called incorrectly. The parser of the command line knows errors only as sentences; this is the one
// place where a sentence is split into parts.

using System.Text.RegularExpressions;
using Gpt2.Core;

namespace Gpt2.Cli.CommandLine;

/// <summary>Wrong usage: exit code 2.</summary>
public sealed partial class UsageException : Exception
{
    /// <param name="problem">What is wrong.</param>
    public UsageException(Gpt2Exception problem)
        : base(problem.Message) => Problem = problem;

    /// <param name="found">What is wrong, or what was found.</param>
    /// <param name="where">The option; null if <paramref name="found"/> says so.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="remedy">What to do about it.</param>
    public UsageException(string found, string? where = null, string? expected = null, string? remedy = null)
        : this(new Gpt2Exception(found)
        {
            Where = where is null ? default(ErrorPlace?) : new ErrorPlace(where),
            Expected = expected,
            Remedy = remedy,
        })
    {
    }

    private UsageException(Gpt2Exception problem, string message)
        : base(message) => Problem = problem;

    /// <summary>The error in parts.</summary>
    public Gpt2Exception Problem { get; }

    /// <summary>An error of the parser, in the form of <see cref="Gpt2Exception"/>: "--top: found 0, expected at least 1".</summary>
    /// <param name="sentence">What it says.</param>
    /// <param name="help">What to do if the sentence does not say.</param>
    internal static UsageException OfParser(string sentence, string help)
    {
        string?[] parts = [.. Sentence().Match(sentence).Groups.Values.Select(part => part.Success ? part.Value : null)];
        ErrorPlace? where = parts[1] is string name ? new ErrorPlace(name) : default(ErrorPlace?);
        return new UsageException(
            new Gpt2Exception(parts[2]!) { Where = where, Expected = parts[3], Remedy = parts[4] ?? help }, $"{sentence} ({help})");
    }

    [GeneratedRegex("^(?:([a-z-]+): )?(.*?)(?:, expected (.*?))?(?:; (.*))?$", RegexOptions.Singleline)]
    private static partial Regex Sentence();
}
