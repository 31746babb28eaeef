// docs/lessons/facts.md is the list of what the workshop states: every fact has a lesson that states it and a test that proves it.

using System.Reflection;
using System.Text.RegularExpressions;

namespace Gpt2.Tests.Docs;

public sealed partial class WorkshopFactTests
{
    [Fact]
    public void Facts_AreEachProvenByATestAndStatedByALesson()
    {
        (string Fact, string[] Lessons, string[] Tests)[] facts = Facts();
        MethodInfo[] tests = [.. typeof(WorkshopFactTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes<FactAttribute>(inherit: true).Any())];

        facts.Should().HaveCountGreaterThan(40);
        foreach ((string fact, string[] lessons, string[] names) in facts)
        {
            lessons.Should().NotBeEmpty(fact).And.BeSubsetOf(LessonPage.Names, fact);
            names.Should().NotBeEmpty(fact);
            names.Where(name => !tests.Any(test => $"{test.DeclaringType!.Name}.{test.Name}" == name))
                .Should().BeEmpty("these are to prove: {0}", fact);
        }
    }

    [Fact]
    public void Lessons_NameTheFactsThatTheyState()
    {
        foreach (string lesson in Facts().SelectMany(fact => fact.Lessons).Distinct())
        {
            LessonPage.Read(lesson).Prose.Should().Contain("](facts.md)", "{0} states facts, and links to their tests", lesson);
        }
    }

    /// <summary>The facts that a lesson states, as texts.</summary>
    internal static IEnumerable<string> FactsOf(string lesson) => Facts().Where(fact => fact.Lessons.Contains(lesson)).Select(fact => fact.Fact);

    private static (string Fact, string[] Lessons, string[] Tests)[] Facts()
    {
        string page = File.ReadAllText(Path.Combine(LessonPage.Folder, "facts.md")).ReplaceLineEndings("\n");
        return [.. Row().Matches(page).Select(row => (
            row.Groups["fact"].Value,
            Link().Matches(row.Groups["lessons"].Value).Select(link => link.Groups["page"].Value).ToArray(),
            Name().Matches(row.Groups["tests"].Value).Select(name => name.Groups["name"].Value).ToArray()))];
    }

    [GeneratedRegex(@"^\| (?<fact>[^|\n]+) \| (?<lessons>\[[^|\n]+) \| (?<tests>`[^|\n]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\((?<page>[\w-]+)\.md\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
