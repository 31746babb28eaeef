// A command that was called incorrectly. The parser of the command line knows errors only as sentences, which are split
// into parts here.

using System.Text.RegularExpressions;
using Gpt2.Core;

namespace Gpt2.Cli.CommandLine;

/// <summary>Wrong usage: exit code 2.</summary>
public sealed partial class UsageException : Exception
{
    /// <param name="problem">What is wrong.</param>
    public UsageException(Gpt2Exception problem)
        : base(problem.Message) => Problem = problem;

    /// <param name="message">In the form of <see cref="Gpt2Exception"/>: "--top: found 0, expected at least 1".</param>
    /// <param name="help">What to do if the message does not say; null for nothing.</param>
    public UsageException(string message, string? help = null)
        : base(help is null ? message : $"{message} ({help})")
    {
        string?[] parts = [.. Sentence().Match(message).Groups.Values.Select(part => part.Success ? part.Value : null)];
        ErrorPlace? where = parts[1] is string name ? new ErrorPlace(name) : default(ErrorPlace?);
        Problem = new Gpt2Exception(parts[2]!) { Where = where, Expected = parts[3], Remedy = parts[4] ?? help };
    }

    /// <summary>The error in parts.</summary>
    public Gpt2Exception Problem { get; }

    [GeneratedRegex("^(?:([a-z-]+): )?(.*?)(?:, expected (.*?))?(?:; (.*))?$", RegexOptions.Singleline)]
    private static partial Regex Sentence();
}
