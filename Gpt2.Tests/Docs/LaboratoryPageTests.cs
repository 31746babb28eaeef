// What docs/laboratory.md shows of gpt2 embeddings is what the commands print and draw.

using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed partial class LaboratoryPageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>The commands of the section with what is shown below each.</summary>
    public static TheoryData<string, string> Shown()
    {
        string page = DocumentedCommands.Page("docs", "laboratory.md");
        string section = page[page.IndexOf("\n## Embeddings", StringComparison.Ordinal)..];
        int end = section.IndexOf("\n## ", 5, StringComparison.Ordinal);
        var data = new TheoryData<string, string>();
        foreach (Match block in Block().Matches(end < 0 ? section : section[..end]))
        {
            data.Add(block.Groups["command"].Value, block.Groups["output"].Value);
        }

        return data;
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Commands_OfTheSection_AreAllFound() => Shown().Should().HaveCount(8);

    [Theory]
    [MemberData(nameof(Shown))]
    public void Command_PrintsAndDrawsWhatThePageShows(string command, string output)
    {
        string[] args = DocumentedCommands.Arguments(command);
        int svg = Array.IndexOf(args, "--svg") + 1;
        string picture = svg > 0 ? args[svg] : "";
        if (svg > 0)
        {
            args[svg] = folder.PathOf(picture);
        }

        string lessons = Path.Combine(SharedData.RepositoryRoot, "docs", "lessons");
        CommandRun run = CommandRun.Of([.. args.Select(arg => arg.Replace("docs/lessons", lessons, StringComparison.Ordinal))]);

        string[] printed = run.Result().Replace(lessons, "docs/lessons", StringComparison.Ordinal).TrimEnd('\n').Split('\n');
        printed.Should().Equal(output.TrimEnd('\n').Split('\n'));
        if (svg > 0)
        {
            string documented = picture == "map.svg" ? "embedding-map.svg" : picture;
            File.ReadAllText(folder.PathOf(picture)).Should().Be(DocumentedCommands.Page("docs", documented));
        }
    }

    [GeneratedRegex(
        "^```sh\n(?<command>gpt2 embeddings [^\n]*)\n```\n\n```text\n(?<output>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
