// The lessons tell the truth: what they show of the program was printed by it, what they quote is in the sources, the pictures are drawn by
// the commands beside them, and a figure in the text is one that stands in such a block. After a change of the program,
// UPDATE=1 dotnet test Gpt2.Tests --filter LessonTests writes blocks and pictures again; the figures in the text are a writer's work.

using System.Globalization;
using System.Text.RegularExpressions;

namespace Gpt2.Tests.Docs;

public sealed partial class LessonTests
{
    private static readonly string[] Sections =
        ["The idea", "Try it", "In the code", "On the explorer page", "What GPT-2 small does here", "Questions", "Exercises"];

    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE") == "1";

    public static TheoryData<string> Lessons() => [.. LessonPage.Names];

    public static TheoryData<string> Verified() => [.. LessonPage.Verified];

    [Theory]
    [MemberData(nameof(Verified))]
    public void Blocks_OfALesson_AreWhatTheProgramPrintsAndTheSourcesHave(string lesson)
    {
        LessonPage page = LessonPage.Read(lesson);
        using var run = new LessonRun();
        LessonPart[] now = [.. page.Parts.Select(part => part.Language switch
        {
            "console" => run.Run(part),
            "csharp" => part with { Text = LessonSources.CodeOf(part.Option("of") ?? throw new InvalidOperationException($"{lesson}: csharp of=?")) },
            _ => part,
        })];
        string[] pictures = [.. page.Parts.Where(part => part.Language == "console").SelectMany(LessonRun.PicturesOf)];
        if (Updates)
        {
            (page with { Parts = now }).Write();
            Directory.CreateDirectory(page.Pictures);
            foreach (string picture in pictures)
            {
                File.WriteAllText(Path.Combine(page.Pictures, LessonRun.KeptAs(picture)), run.Picture(picture));
            }
        }

        foreach ((LessonPart shown, LessonPart current) in LessonPage.Read(lesson).Parts.Zip(now))
        {
            NearlyEqual.Texts(shown.Text, current.Text).Should().BeTrue("{0} shows\n{1}\nand now it is\n{2}", lesson, shown.Text, current.Text);
        }

        foreach (string picture in pictures)
        {
            string kept = File.ReadAllText(Path.Combine(page.Pictures, LessonRun.KeptAs(picture))).ReplaceLineEndings("\n");
            NearlyEqual.Pictures(kept, run.Picture(picture)).Should().BeTrue("{0} is what {1} has drawn", picture, lesson);
            page.Prose.Should().Contain($"](pictures/{LessonRun.KeptAs(picture)})", "a picture is drawn to be seen");
        }
    }

    [Theory]
    [MemberData(nameof(Lessons))]
    public void Figures_InTheTextOfALesson_AreThoseOfItsBlocks(string lesson)
    {
        LessonPage page = LessonPage.Read(lesson);
        string declared = string.Concat(Declaration().Matches(page.Prose).Select(match => match.Groups["figures"].Value + "\n"));
        IEnumerable<string> pages = PageName().Matches(declared).Select(match => DocumentedCommands.Page("docs", match.Value));
        string known = string.Join('\n', [
            .. page.Parts.Where(part => part.Language.Length > 0).Select(part => part.Text), declared,
            .. pages, .. WorkshopFactTests.FactsOf(lesson)]);
        decimal[] figures = [.. Figure().Matches(known).Select(match => Value(match.Value)).Distinct()];

        foreach (Match found in Figure().Matches(Declaration().Replace(page.Prose, "")).Where(found => IsMeasured(found)))
        {
            decimal value = Value(found.Value), unit = Unit(found.Value);
            bool isPercentage = found.Groups["percent"].Success;
            figures.Any(figure => IsRounded(figure, value, unit) || (isPercentage && IsRounded(figure * 100, value, unit)))
                .Should().BeTrue("{0} says {1}, which no block of it shows: show it, or declare where it is from", lesson, found.Value);
        }
    }

    [Theory]
    [MemberData(nameof(Lessons))]
    public void Lesson_HasItsParts(string lesson)
    {
        LessonPage page = LessonPage.Read(lesson);
        string[] headings = [.. Heading().Matches(page.Prose).Select(match => match.Groups["text"].Value.TrimEnd())];
        int number = int.Parse(lesson[..2], CultureInfo.InvariantCulture);

        page.Prose.Should().MatchRegex(@$"^# {number}\. \S.*\n\n\*\*You will be able to\*\* (.+\n)+\n\*\*Time\*\* \d+ minutes");
        headings.Should().ContainInOrder(Sections.Where(section => number > 0 || section != "Exercises"));
        Regex.Count(page.Prose, "<details>\n<summary>.+</summary>\n\n.+\n").Should().BeGreaterThanOrEqualTo(3, "three questions with folded answers");
        page.Parts.Should().Contain(part => part.Language == "console").And.Contain(part => part.Language == "csharp");
        if (lesson != LessonPage.Names[^1])
        {
            page.Prose.Should().Contain($"]({LessonPage.Names[Array.IndexOf(LessonPage.Names, lesson) + 1]}.md)", "it leads to the next");
        }
    }

    [Theory]
    [InlineData("loss 1.234", "loss 1.235", true)]
    [InlineData("loss 1.234", "loss 1.236", false)]
    [InlineData("8.33e-9", "8.34e-9", true)]
    [InlineData("8.33e-9", "8.33e-8", false)]
    [InlineData("12 tokens", "13 tokens", false)]
    [InlineData("a 1.5", "b 1.5", false)]
    public void Texts_FiguresAsShown_MayDifferByOneInTheLastDigit(string shown, string printed, bool equal) =>
        NearlyEqual.Texts(shown, printed).Should().Be(equal);

    [Theory]
    [InlineData("<rect x='12' fill='#a0b0c0'/>", "<rect x='12.04' fill='#a1b0c0'/>", true)]
    [InlineData("<rect x='12' fill='#a0b0c0'/>", "<rect x='12.1' fill='#a0b0c0'/>", false)]
    [InlineData("<rect x='12' fill='#a0b0c0'/>", "<rect x='12' fill='#b0b0c0'/>", false)]
    [InlineData("<rect x='12'/>", "<line x='12'/>", false)]
    public void Pictures_OfTheSameThing_DifferByLessThanCanBeSeen(string shown, string drawn, bool equal) =>
        NearlyEqual.Pictures(shown, drawn).Should().Be(equal);

    /// <summary>Only figures with a decimal point and percentages: other numbers count things, or are ids that blocks show.</summary>
    private static bool IsMeasured(Match figure) => figure.Value.Contains('.', StringComparison.Ordinal) || figure.Groups["percent"].Success;

    private static bool IsRounded(decimal figure, decimal value, decimal unit) => Math.Abs(Math.Abs(figure) - Math.Abs(value)) <= unit * 0.5001m;

    private static decimal Value(string figure) => (decimal)double.Parse(
        figure.Replace('−', '-').Replace(",", "", StringComparison.Ordinal).Replace("%", "", StringComparison.Ordinal).Trim(),
        CultureInfo.InvariantCulture);

    private static decimal Unit(string figure)
    {
        Match decimals = Decimals().Match(figure);
        return decimals.Success ? (decimal)Math.Pow(10, -decimals.Groups["digits"].Length) : 1;
    }

    [GeneratedRegex("<!-- figures: (?<figures>.+?) -->", RegexOptions.Singleline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b[\w-]+\.md\b")]
    private static partial Regex PageName();

    [GeneratedRegex(@"(?<![\w.])[-−]?[0-9][0-9,]*(\.[0-9]+)?(?<percent> ?%)?(?![\w]|\.[0-9])")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\.(?<digits>[0-9]+)")]
    private static partial Regex Decimals();

    [GeneratedRegex("^## (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
