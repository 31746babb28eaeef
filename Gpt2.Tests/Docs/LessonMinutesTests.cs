// The pages around the lessons say how long they take: the table of the course and the instructor's timetables have to add up, and to agree
// with what each lesson says of itself.

using System.Globalization;
using System.Text.RegularExpressions;

namespace Gpt2.Tests.Docs;

public sealed partial class LessonMinutesTests
{
    private static string Instructor => Page("instructor.md");

    [Fact]
    public void Course_ListsEveryLessonWithItsMinutes()
    {
        Dictionary<string, int> listed = Listed();

        listed.Keys.Select(name => int.Parse(name[..2], CultureInfo.InvariantCulture)).Should().Equal(Enumerable.Range(0, listed.Count));
        foreach (string lesson in LessonPage.Names)
        {
            Match time = Time().Match(LessonPage.Read(lesson).Prose);
            time.Success.Should().BeTrue("{0} says how long it takes", lesson);
            listed.Should().ContainKey(lesson).WhoseValue.Should().Be(Number(time, "minutes"), "that is what {0} says", lesson);
        }
    }

    [Theory]
    [InlineData("Two hours", 120)]
    [InlineData("Eight hours", 480)]
    public void Timetable_AddsUp_AndHasTheLessonsMinutes(string heading, int total)
    {
        Dictionary<string, int> listed = Listed();
        Match[] rows = [.. Row().Matches(Section(heading)).Cast<Match>()];
        int start = MinuteOf(rows[0]), now = start;
        foreach (Match row in rows)
        {
            MinuteOf(row).Should().Be(now, "the row before ends then: {0}", row.Value);
            now += Number(row, "minutes");
            if (row.Groups["lesson"].Success)
            {
                Number(row, "whole").Should().Be(listed[row.Groups["lesson"].Value], "the lesson takes that long: {0}", row.Value);
                Number(row, "part").Should().Be(Number(row, "minutes")).And.BeLessThanOrEqualTo(Number(row, "whole"), row.Value);
            }
        }

        (now - start).Should().Be(total);
    }

    [Fact]
    public void SelfTest_HasTwelveQuestions_WhoseAnswersNameALesson()
    {
        string[] questions = Section("Self-test").Split("<details>")[1..];

        questions.Should().HaveCount(12);
        for (int i = 0; i < questions.Length; i++)
        {
            questions[i].Should().Contain($"<summary>{i + 1}. ").And.MatchRegex(@"Read\s+again:\s+\[\d+\]\(\d\d-[\w-]+\.md\)");
        }
    }

    private static string Page(string name) => File.ReadAllText(Path.Combine(LessonPage.Folder, name)).ReplaceLineEndings("\n");

    private static string Section(string heading) =>
        Instructor.Split($"\n## {heading}\n") is [_, string rest]
            ? rest.Split("\n## ")[0]
            : throw new InvalidOperationException($"no section {heading}");

    private static Dictionary<string, int> Listed() =>
        Lesson().Matches(Page("README.md")).ToDictionary(row => row.Groups["lesson"].Value, row => Number(row, "minutes"));

    private static int MinuteOf(Match row) => (Number(row, "hour") * 60) + Number(row, "minute");

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\*\*Time\*\* (?<minutes>\d+) minutes", RegexOptions.Multiline)]
    private static partial Regex Time();

    [GeneratedRegex(@"^\| \[\d+\. [^\]]+\]\((?<lesson>\d\d-[\w-]+)\.md\) \| (?<minutes>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Lesson();

    [GeneratedRegex(
        @"^\| (?<hour>\d+):(?<minute>\d\d) \| (?<minutes>\d+) \| (\[\d+\]\((?<lesson>\d\d-[\w-]+)\.md\), (?<part>\d+) of (?<whole>\d+) )?\|.*$",
        RegexOptions.Multiline)]
    private static partial Regex Row();
}
