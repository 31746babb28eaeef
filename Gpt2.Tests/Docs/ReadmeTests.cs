// The README's commands: its table runs from top to bottom as it stands, and `gpt2`, as it is defined there, writes results and
// nothing else to standard output.

using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed partial class ReadmeTests : IDisposable
{
    private const string NeedsANetwork = "**needs a network:**", RunsForEver = "**runs until Ctrl-C:**";

    private readonly TemporaryFolder folder = new();
    private readonly string readme = DocumentedCommands.Page("README.md");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Table_WalkedInItsOwnOrder_EveryLineWorks()
    {
        (string Line, string Description)[] rows = [.. DocumentedCommands.TableRows(readme)];
        string[] apart = [.. rows.Where(row => IsApart(row.Description)).Select(row => DocumentedCommands.Arguments(row.Line)[0])];
        apart.Should().BeEquivalentTo("download", "serve");
        rows.Should().HaveCountGreaterThan(18);

        foreach ((string line, string description) in rows.Where(row => !IsApart(row.Description)))
        {
            CommandRun run = await DocumentedCommands.Run(line, folder.Root);

            run.ExitCode.Should().Be(0, "'{0}' works where the lines above it have run; its log says: {1}", line, run.Error);
            run.Out.Should().NotBeEmpty(line);
        }
    }

    [Fact]
    public void Program_InEveryPage_IsStartedWithoutALaunchProfile()
    {
        string[] pages = [Path.Combine(SharedData.RepositoryRoot, "README.md"), .. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "docs"), "*.md")];
        string[] lines = [.. pages.SelectMany(File.ReadLines).Where(line => line.Contains("dotnet run", StringComparison.Ordinal) && line.Contains("Gpt2.Cli", StringComparison.Ordinal))];

        lines.Should().HaveCountGreaterThan(4).And.OnlyContain(line => line.Contains(" --no-launch-profile -- "));
        ProgramOf(readme).Should().Be(ProgramOf(DocumentedCommands.Page("docs", "first-hour.md")));
    }

    [UnixFact]
    public async Task Program_AsTheReadmeDefinesIt_WritesTheResultAndNothingElse()
    {
        // As this build has left it: built anew, it would get in the way of other tests.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = ProgramOf(readme).Replace("-c Release", $"-c {configuration} --no-build", StringComparison.Ordinal);
        program.Should().Contain("--no-build");
        var start = new ProcessStartInfo("sh", ["-c", program + "\ngpt2 tokenize ' quick' --json"])
        {
            WorkingDirectory = SharedData.RepositoryRoot,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;

        string result = (await DocumentedCommands.EndOf(process)).Result();

        result.TrimEnd('\n').Should().NotContain("\n");
        JsonDocument.Parse(result).RootElement.GetProperty("ids")[0].GetInt32().Should().Be(460);
    }

    private static bool IsApart(string description) =>
        description.StartsWith(NeedsANetwork, StringComparison.Ordinal) || description.StartsWith(RunsForEver, StringComparison.Ordinal);

    /// <summary>The line that defines gpt2 in sh.</summary>
    private static string ProgramOf(string page) => Definition().Match(page).Value;

    [GeneratedRegex("""^gpt2\(\) \{ .+ \}$""", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
