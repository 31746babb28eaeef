// The pages of the documentation lead somewhere: every relative link to a file that is there, every anchor to a heading, and every page
// can be reached from the README and the solution.

using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed partial class LinkTests
{
    /// <summary>The pages for readers of the repository, as paths from its root.</summary>
    public static string[] Pages()
    {
        string root = SharedData.RepositoryRoot;
        IEnumerable<string> found =
        [
            .. Directory.EnumerateFiles(root, "*.md"), .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
            .. Directory.EnumerateFiles(Path.Combine(root, "weights-csv"), "README.md", SearchOption.AllDirectories),
            .. Directory.EnumerateFiles(Path.Combine(root, "samples"), "README.md", SearchOption.AllDirectories),
            .. Directory.EnumerateDirectories(root, "Gpt2.*").Select(project => Path.Combine(project, "README.md")).Where(File.Exists),
        ];
        return [.. found.Select(page => Path.GetRelativePath(root, page).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    public static TheoryData<string> AllPages() => [.. Pages()];

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Links_OfAPage_LeadToFilesAndHeadings(string page)
    {
        foreach (string link in LinksOf(page))
        {
            string[] parts = link.Split('#');
            string target = parts[0].Length == 0 ? page : FromRoot(page, parts[0]);
            string path = Path.Combine(SharedData.RepositoryRoot, target);
            (File.Exists(path) || Directory.Exists(path)).Should().BeTrue("{0} links to {1}", page, link);
            if (parts.Length > 1)
            {
                Anchors(target).Should().Contain(parts[1], "{0} links to {1}", page, link);
            }
        }
    }

    [Fact]
    public void Pages_OfTheDocumentation_CanAllBeReachedFromTheReadme()
    {
        var reached = new HashSet<string> { "README.md" };
        var toDo = new Queue<string>(reached);
        while (toDo.TryDequeue(out string? page))
        {
            IEnumerable<string> linked = LinksOf(page).Select(link => FromRoot(page, link.Split('#')[0]));
            foreach (string next in linked.Where(next => next.EndsWith(".md", StringComparison.Ordinal)))
            {
                if (reached.Add(next))
                {
                    toDo.Enqueue(next);
                }
            }
        }

        Pages().Where(page => !page.StartsWith("Gpt2.", StringComparison.Ordinal)).Should().BeSubsetOf(reached);
    }

    [Fact]
    public void Solution_ShowsEveryPageOfTheDocumentation()
    {
        IEnumerable<string> shown = XDocument.Load(Path.Combine(SharedData.RepositoryRoot, "Gpt2.slnx"))
            .Descendants("File").Select(file => file.Attribute("Path")!.Value);

        shown.Where(file => file.StartsWith("docs/", StringComparison.Ordinal))
            .Should().BeEquivalentTo(Pages().Where(page => page.StartsWith("docs/", StringComparison.Ordinal)));
        shown.Should().OnlyContain(file => File.Exists(Path.Combine(SharedData.RepositoryRoot, file)));
    }

    [Theory]
    [InlineData("From your own program", "from-your-own-program")]
    [InlineData("`gpt2 bench`: what, and why?", "gpt2-bench-what-and-why")]
    [InlineData("1. A text: a second", "1-a-text-a-second")]
    public void AnchorOf_Heading_IsTheOneOfGitHub(string heading, string anchor) => AnchorOf(heading).Should().Be(anchor);

    /// <summary>A page without its blocks of code.</summary>
    internal static string ProseOf(string page) => Fence().Replace(DocumentedCommands.Page(page.Split('/')), "");

    private static IEnumerable<string> LinksOf(string page) => Link().Matches(ProseOf(page)).Select(match => match.Groups["target"].Value)
        .Where(target => !target.Contains(':', StringComparison.Ordinal));

    private static string FromRoot(string page, string link) => Path.GetRelativePath(
        SharedData.RepositoryRoot, Path.GetFullPath(Path.Combine(SharedData.RepositoryRoot, Path.GetDirectoryName(page)!, link))).Replace('\\', '/');

    private static IEnumerable<string> Anchors(string page) =>
        Heading().Matches(ProseOf(page)).Select(heading => AnchorOf(heading.Groups["text"].Value));

    private static string AnchorOf(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
