// The exercises can be solved, and are not solved in the beginning.

using System.Xml.Linq;
using Gpt2.Cli.Exercises;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Exercises;

public sealed class ExerciseTests
{
    private static ExerciseFolder Folder => ExerciseSources.Folder;

    [Fact]
    public void Starters_AreWhatIsMadeOfTheSolutions_AndAllAreRed()
    {
        foreach (LessonFile lesson in Folder.Lessons)
        {
            (Folder.TextOf(lesson) == lesson.Starter()).Should().BeTrue("{0} is made by 'gpt2 lesson reset all'", lesson.FileName);
        }

        var found = ExerciseSources.Check(Folder.Lessons.ToDictionary(lesson => lesson, lesson => lesson.Starter()), [.. Folder.Exercises]);

        found.Should().OnlyContain(check => check.Value.Failure is NotImplementedException);
        found.Where(check => check.Value.Failure!.Message != check.Key.ToWrite).Should().BeEmpty("the message says what to write");
    }

    [Fact]
    public void Solutions_PassTheirChecks()
    {
        var found = ExerciseSources.Check(new Dictionary<LessonFile, string>(), [.. Folder.Exercises]);

        found[ExerciseSources.ExerciseOf("16.3")].Output.Should()
            .MatchRegex("^Speed: [0-9.]+ times the Vector rung and [0-9.]+ times the Scalar rung");
        found.Where(check => check.Value.Failure is not null).Select(check => $"{check.Key}: {check.Value.Failure!.Message}").Should().BeEmpty();
    }

    [Fact]
    public void Lessons_HaveExercisesWithHintsAndAMeaning_NumberedInOrder()
    {
        Folder.Lessons.Select(lesson => lesson.Number).Should().Equal(Enumerable.Range(1, 17));
        Folder.Exercises.Count().Should().BeGreaterThanOrEqualTo(30);
        foreach (LessonFile lesson in Folder.Lessons)
        {
            string[] page = Path.GetFileNameWithoutExtension(lesson.Page).Split('-');
            lesson.Page.Should().StartWith("docs/lessons/");
            int.Parse(page[0], null).Should().Be(lesson.Number);
            lesson.Name.Should().StartWith(FormattableString.Invariant($"Lesson{lesson.Number:00}"));
            lesson.Exercises.Select(exercise => (exercise.Lesson, exercise.Number)).Should()
                .Equal(Enumerable.Range(1, lesson.Exercises.Count()).Select(number => (lesson.Number, number)));
            lesson.Exercises.Should().OnlyContain(exercise => exercise.Hints.Length > 0 && exercise.Meaning.Length > 40);
            lesson.Starter().Should().NotContain("hint:").And.NotContain("// meaning").And.NotContain("// write");
        }
    }

    [Fact]
    public void Checks_AreThoseOfTheExercises_AndNoOthers()
    {
        IEnumerable<string> names = Directory.EnumerateFiles(Path.Combine(Folder.Path, "Checks"), "*.cs")
            .SelectMany(File.ReadLines).Where(line => line.Contains("[Fact(", StringComparison.Ordinal)).Select(line => line.Split('"')[1]);

        names.Should().BeEquivalentTo(Folder.Exercises.Select(exercise => exercise.ToString()));
    }

    [Fact]
    public void Packages_AreTheVersionsOfTheRepository_SoThatTheyAreThereWithoutANetwork()
    {
        (string Name, string Version)[] Of(params string[] path) => [.. XDocument.Load(Path.Combine([SharedData.RepositoryRoot, .. path]))
            .Descendants("PackageVersion").Select(package => (package.Attribute("Include")!.Value, package.Attribute("Version")!.Value))];

        Of("docs", "exercises", "Directory.Packages.props").Should().NotBeEmpty().And.BeSubsetOf(Of("Directory.Packages.props"));
    }
}
