// The commands of the README and of docs/commands.md: their tables run from top to bottom as they are, and `gpt2`, as it is defined
// there, writes results and nothing else to standard output. The README's figures are those of the pages that it links to.

using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed partial class ReadmeTests : IDisposable
{
    private const string NeedsANetwork = "**needs a network:**", RunsForEver = "**runs until Ctrl-C:**";

    private readonly TemporaryFolder folder = new();
    private readonly string readme = DocumentedCommands.Page("README.md"), commands = DocumentedCommands.Page("docs", "commands.md");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/commands.md")]
    public async Task Table_WalkedInItsOwnOrder_EveryLineWorks(string page)
    {
        IEnumerable<(string Command, string Description)> rows = DocumentedCommands.TableRows(DocumentedCommands.Page(page.Split('/')));
        foreach ((string line, string _) in rows.Where(row => !IsApart(row.Description)))
        {
            CommandRun run = await DocumentedCommands.Run(line, folder.Root);

            run.ExitCode.Should().Be(0, "'{0}' works where the lines above it have run; its log says: {1}", line, run.Error);
            run.Out.Should().NotBeEmpty(line);
        }

        IEnumerable<string> left = Directory.EnumerateFileSystemEntries(folder.Root).Select(Path.GetFileName).Except(["cache"])!;
        string clean = Cleaning().Match(commands).Value;
        left.Should().NotBeEmpty().And.OnlyContain(name => clean.Contains($"`{name}`"), "the page says what to delete");
    }

    [Fact]
    public void Tables_OfTheReadmeAndOfAllCommands_HoldSixAndAll()
    {
        (string Line, string Description)[] all = [.. DocumentedCommands.TableRows(commands)], few = [.. DocumentedCommands.TableRows(readme)];
        string[] programs = [.. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Cli", "Commands"), "*Command.cs")
            .Select(file => Path.GetFileName(file)[..^"Command.cs".Length])];

        all.Select(row => NameOf(row.Line).Replace("-", "", StringComparison.Ordinal)).Distinct(StringComparer.OrdinalIgnoreCase)
            .Should().BeEquivalentTo(programs, options => options.Using(StringComparer.OrdinalIgnoreCase));
        all.Where(row => IsApart(row.Description)).Select(row => NameOf(row.Line)).Should().BeEquivalentTo("download", "serve", "explore");
        few.Should().HaveCount(6).And.OnlyContain(row => !IsApart(row.Description));
        few.Select(row => NameOf(row.Line)).Should().OnlyHaveUniqueItems().And.StartWith("predict");
    }

    [Fact]
    public async Task FirstCommand_Run_PrintsWhatTheReadmeShows()
    {
        Match first = FirstCommand().Match(readme);
        string[] shown = first.Groups["shown"].Value.TrimEnd('\n').Split('\n');
        shown.Should().HaveCountGreaterThan(4);

        CommandRun run = await DocumentedCommands.Run("gpt2 " + first.Groups["arguments"].Value, folder.Root);

        string[] printed = run.Result().TrimEnd('\n').Split('\n');
        printed.Take(shown.Length).Zip(shown).Should().OnlyContain(pair => DocumentedCommands.Matches(pair.Second, pair.First));
        printed.Should().HaveCount(shown.Length + 7, "the README says that seven lines more follow");
    }

    [Fact]
    public void Workflow_RunsTheReadmesTwoCommands()
    {
        string[] run = [.. File.ReadLines(Path.Combine(SharedData.RepositoryRoot, ".github", "workflows", "build.yml"))
            .Select(line => line.Trim()).Where(line => line.StartsWith("- run: ", StringComparison.Ordinal))
            .Select(line => line["- run: ".Length..])];
        string start = readme[..readme.IndexOf("## Step through a block", StringComparison.Ordinal)];
        string[] shown = [.. start.Split('\n').Where(line => line.StartsWith("dotnet ", StringComparison.Ordinal))];

        shown.Should().HaveCount(2);
        run.Should().Contain(shown);
    }

    [Theory]
    [InlineData("docs/commands.md")]
    [InlineData("Gpt2.Cli/README.md")]
    public async Task Console_OfAPage_PrintsWhatItShows(string page)
    {
        DocumentedCommand[] blocks = [.. DocumentedCommands.ConsoleBlocks(DocumentedCommands.Page(page.Split('/')))];
        blocks.Should().NotBeEmpty();

        foreach (DocumentedCommand block in blocks)
        {
            CommandRun run = await DocumentedCommands.Run(block.Line, folder.Root);

            run.Result().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd()).Should().Equal(block.Shown);
        }
    }

    [Fact]
    public void Figures_OfSpeed_AreThoseOfThePageAboutIt()
    {
        string speed = readme[readme.IndexOf("## How fast", StringComparison.Ordinal)..];
        string[] ranges = [.. Range().Matches(speed[..speed.IndexOf("\n## ", 4, StringComparison.Ordinal)]).Select(match => match.Value)];

        ranges.Should().HaveCountGreaterThan(8);
        string measured = DocumentedCommands.Page("docs", "performance.md");
        ranges.Should().OnlyContain(range => measured.Contains(range, StringComparison.Ordinal));
    }

    [Fact]
    public void Program_InEveryPage_IsStartedWithoutALaunchProfile()
    {
        string docs = Path.Combine(SharedData.RepositoryRoot, "docs");
        string[] pages = [Path.Combine(SharedData.RepositoryRoot, "README.md"), .. Directory.EnumerateFiles(docs, "*.md")];
        string[] lines = [.. pages.SelectMany(File.ReadLines)
            .Where(line => line.Contains("dotnet run", StringComparison.Ordinal) && line.Contains("Gpt2.Cli", StringComparison.Ordinal))];

        lines.Should().HaveCountGreaterThan(4).And.OnlyContain(line => line.Contains(" --no-launch-profile -- "));
        ProgramOf(readme).Should().StartWith("gpt2() {")
            .And.Be(ProgramOf(commands)).And.Be(ProgramOf(DocumentedCommands.Page("docs", "first-hour.md")));
    }

    [UnixFact]
    public async Task Program_AsTheReadmeDefinesIt_WritesTheResultAndNothingElse()
    {
        // As this build has left it: built again, it would get in the way of other tests.
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

    private static string NameOf(string line) => DocumentedCommands.Arguments(line)[0];

    /// <summary>The line that defines gpt2 in sh.</summary>
    private static string ProgramOf(string page) => Definition().Match(page).Value;

    [GeneratedRegex("""^gpt2\(\) \{ .+ \}$""", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex("""to clean\s+up, delete .+?\.$""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Cleaning();

    [GeneratedRegex(
        """^dotnet run .+ -- (?<arguments>predict .+?)\n```.+?^```text\n(?<shown>.+?)^```$""",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FirstCommand();

    [GeneratedRegex("""[0-9][0-9.,]*–[0-9][0-9.,]*""")]
    private static partial Regex Range();
}
