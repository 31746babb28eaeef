// Command lines as the documentation shows them, read out of its pages and run as a reader would: as processes, one after
// another, in one folder.

using System.Diagnostics;
using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

/// <summary>A command line of a page, and what the page shows below it.</summary>
internal sealed record DocumentedCommand(string Line, string[] Shown);

internal static partial class DocumentedCommands
{
    /// <summary>Far more than the slowest takes on a machine that is busy with other tests.</summary>
    private static readonly TimeSpan Hopeless = TimeSpan.FromMinutes(10);

    public static string Page(params string[] path) =>
        File.ReadAllText(Path.Combine([SharedData.RepositoryRoot, .. path])).ReplaceLineEndings("\n");

    /// <summary>The blocks marked "console": a command, and lines of what it prints.</summary>
    public static IEnumerable<DocumentedCommand> ConsoleBlocks(string page) => ConsoleBlock().Matches(page).Select(block =>
    {
        string[] lines = block.Groups["lines"].Value.TrimEnd('\n').Split('\n');
        return new DocumentedCommand(lines[0], lines[1..]);
    });

    /// <summary>The commands of the README's table, each with its description.</summary>
    public static IEnumerable<(string Line, string Description)> TableRows(string page) =>
        TableRow().Matches(page).Select(row => (row.Groups["line"].Value, row.Groups["description"].Value));

    /// <summary>The arguments of a line that begins with gpt2: split at spaces, double quotes hold together.</summary>
    public static string[] Arguments(string line)
    {
        string[] words = [.. Word().Matches(line).Select(word => word.Value.Replace("\"", "", StringComparison.Ordinal))];
        words[0].Should().Be("gpt2");
        return words[1..];
    }

    /// <summary>Runs a line in a folder, with nothing on standard input; a cache is made there too.</summary>
    public static async Task<CommandRun> Run(string line, string folder)
    {
        var environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = Path.Combine(folder, "cache"), ["NO_COLOR"] = "1" };
        using Process process = CommandProcess.Start(folder, environment, Arguments(line));
        return await EndOf(process);
    }

    /// <summary>Waits for a process, and reads what it writes.</summary>
    public static async Task<CommandRun> EndOf(Process process)
    {
        using var whateverHappens = new KilledAtLast(process);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Hopeless);
        return new CommandRun(process.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }

    /// <summary>
    /// Whether a line of output is the line that is shown: it begins with the same words; figures with a decimal point differ by at most
    /// 1 in the last digit that is shown.
    /// </summary>
    public static bool Matches(string shown, string printed)
    {
        string[] expected = Words(shown), found = Words(printed);
        return expected.Length <= found.Length && expected.Zip(found).All(pair => NearlyEqual.Texts(pair.First, pair.Second));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("""^```console\n(?<lines>.*?)^```$""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex("""^\| `(?<line>gpt2 [^`]+)` \| (?<description>.+) \|$""", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("""("[^"]*"|[^\s"])+""")]
    private static partial Regex Word();
}
