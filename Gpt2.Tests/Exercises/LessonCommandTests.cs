// gpt2 lesson, on a copy of the exercises; the last test goes all the way through the SDK.

using System.Text.Json;
using Gpt2.Cli.Exercises;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Exercises;

public sealed class LessonCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public LessonCommandTests()
    {
        foreach (string name in (string[])["", "Checks", "Support", "solutions"])
        {
            Directory.CreateDirectory(Path.Combine(folder.Root, name));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(ExerciseSources.Folder.Path, name)))
            {
                File.Copy(file, Path.Combine(folder.Root, name, Path.GetFileName(file)));
            }
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void List_ShowsEveryExercise_AndWhichHaveBeenWritten()
    {
        Solve("9.1");

        string listed = Lesson("list").Result();

        listed.Should().Contain(
            "9 Loss and perplexity: Lesson09Loss.cs, 30 minutes of exercises for docs/lessons/09-loss.md\n  ● 9.1 The loss of one token\n  ○ 9.2 ");
        listed.Should().EndWith($"{ExerciseSources.Folder.Exercises.Count()} exercises in {folder.Root}, 1 written (●). "
            + "'gpt2 lesson check 1' checks those of lesson 1.\n");
        using var json = JsonDocument.Parse(Lesson("list", "--json").Result());
        JsonElement loss = json.RootElement.GetProperty("lessons")[8];
        loss.GetProperty("page").GetString().Should().Be("docs/lessons/09-loss.md");
        loss.GetProperty("exercises").EnumerateArray().Select(one => one.GetProperty("written").GetBoolean())
            .Should().Equal(true, false, false, false);
    }

    [Fact]
    public void Hint_OneAfterAnother()
    {
        Lesson("hint", "4.2").Result().Should().Be(
            "4.2 The columns of a head, hint 1 of 2: Head h begins at column h · headSize.\n'gpt2 lesson hint 4.2 2' shows the next.\n");
        Lesson("hint", "4.2", "2").Result().Should().Contain("hint 2 of 2").And.Contain("'gpt2 lesson solution 4.2' shows the solution");
        Lesson("hint", "4.2", "--all").Result().Should().Contain("hint 1 of 2").And.Contain("hint 2 of 2").And.NotContain("shows");
        Lesson("hint", "4").Result().Split('\n').Count(line => line.Contains("hint 1 of", StringComparison.Ordinal)).Should().Be(6);
        Lesson("hint", "4.2", "3").ErrorLine(2).Should().Be("gpt2: hint: found '3', expected a number from 1 to 2");
    }

    [Fact]
    public void Solution_IsTheMethodWithItsComment()
    {
        string solution = Lesson("solution", "4.4").Result();

        solution.Should().StartWith("// 4.4 The causal mask\n/// <summary>\n").And.EndWith("\n}\n");
        solution.Should().Contain("\n    for (int row = 0; row < scores.GetLength(0); row++)\n").And.NotContain("hint").And.NotContain("// write");
    }

    [Fact]
    public void Reset_PutsTheBeginningBack_AndKeepsWhatWasWritten()
    {
        string file = Path.Combine(folder.Root, "Lesson09Loss.cs"), starter = File.ReadAllText(file);
        Solve("9.1");
        Solve("9.3");
        string written = File.ReadAllText(file);

        Lesson("reset", "9.1").Result().Should().Be("Lesson09Loss.cs: reset; what you had is in Lesson09Loss.cs.1.bak\n");
        File.ReadAllText(file).Should().NotBe(starter).And.NotBe(written);
        Lesson("reset", "9").Result().Should().Be("Lesson09Loss.cs: reset; what you had is in Lesson09Loss.cs.2.bak\n");
        File.ReadAllText(file).Should().Be(starter);
        Lesson("reset", "9").Result().Should().Be("Lesson09Loss.cs: as it was in the beginning\n");
        File.ReadAllText(file + ".1.bak").Should().Be(written);

        File.Delete(file);
        Lesson("reset", "9.2").Result().Should().Be("Lesson09Loss.cs: written\n");
        File.ReadAllText(file).Should().Be(starter);
    }

    [Fact]
    public void Reset_OfAFileInAnotherEncoding_KeepsItsBytes()
    {
        string file = Path.Combine(folder.Root, "Lesson09Loss.cs");
        byte[] latin = [.. "// caf"u8, 0xE9, .. "\r\n"u8];
        File.WriteAllBytes(file, latin);

        Lesson("reset", "9").Result();

        File.ReadAllBytes(file + ".1.bak").Should().Equal(latin);
    }

    [Fact]
    public void Check_WhileAnotherIsRunning_IsRefused()
    {
        using (ExerciseRun.Occupy(ExerciseFolder.Open(folder.Root)))
        {
            Lesson("check", "9.1").ErrorLine(1).Should().StartWith($"gpt2: {folder.Root}: process ")
                .And.Contain("is checking exercises in it; wait for it to finish");
        }

        Directory.Exists(Path.Combine(folder.Root, "obj")).Should().BeFalse("nothing is left of it");
    }

    [Fact]
    public void Check_WithoutALearnersFile_SaysHowToMakeIt()
    {
        string file = Path.Combine(folder.Root, "Lesson09Loss.cs");
        File.Delete(file);

        Lesson("check", "1").ErrorLine(1).Should().StartWith($"gpt2: {file}: no such file").And.EndWith("'gpt2 lesson reset 9' makes it");
    }

    [Fact]
    public void Reset_OfAnExerciseThatCannotBeFound_ChangesNothing()
    {
        string file = Path.Combine(folder.Root, "Lesson09Loss.cs");
        File.WriteAllText(file, "mine");

        Lesson("reset", "9.1").ErrorLine(1).Should().EndWith(
            "Lesson09Loss.cs: no line '// 9.1 The loss of one token', or none of the exercise after it; "
            + "put it back, or reset the whole lesson with 'gpt2 lesson reset 9'");
        File.ReadAllText(file).Should().Be("mine");
        Directory.EnumerateFiles(folder.Root, "*.bak").Should().BeEmpty();
    }

    [Theory]
    [InlineData("18", "a lesson from 1 to 17 such as 4, an exercise such as 4.2, or all")]
    [InlineData("4.9", "one of 4.1 to 4.6")]
    [InlineData("attention", "a lesson from 1 to 17 such as 4, an exercise such as 4.2, or all")]
    public void Selector_OfNothing_IsWrongUsage(string selector, string expected)
    {
        foreach (string command in (string[])["check", "hint", "reset", "solution"])
        {
            Lesson(command, selector).ErrorLine(2)
                .Should().Be($"gpt2: lesson: found '{selector}', expected {expected}; 'gpt2 lesson list' lists them");
        }
    }

    [Fact]
    public void Folder_WithoutExercises_IsAnError()
    {
        CommandRun.Of("lesson", "list", "--folder", Path.Combine(folder.Root, "Checks")).ErrorLine(1).Should().EndWith(
            "no Exercises.slnx in it, expected the folder of the exercises; name docs/exercises of the repository, or a copy of it");
    }

    [Fact]
    public void Folder_NotNamed_IsTheOneOfTheRepository() =>
        CommandRun.Of("lesson", "list").Result().Should().Contain($" exercises in {ExerciseSources.Folder.Path}, ");

    [Fact]
    public void Check_ThroughTheSdk_SaysWhatIsSolvedAndWhatIsNot()
    {
        Solve("9.1");
        Solve("9.2");
        string file = Path.Combine(folder.Root, "Lesson09Loss.cs");
        File.WriteAllText(file, File.ReadAllText(file).Replace("(ids[..^1], ids[1..])", "(ids[..^1], ids[..^1])", StringComparison.Ordinal));

        CommandRun run = Lesson("check", "9");

        run.ExitCode.Should().Be(1, run.Error);
        run.Out.Should().Contain($"✓ 9.1 The loss of one token\n    {ExerciseSources.ExerciseOf("9.1").Meaning}\n")
            .And.Contain(
                "✗ 9.2 Inputs and targets\n    The targets of 2 1 4 5: cell [0] is 2, expected 1; 0 of 3 cells (0 %) are right.\n"
                + "    The targets are not shifted: they are the inputs, and the model would learn to repeat what it sees.\n")
            .And.Contain("○ 9.3 Perplexity\n    Not written yet: e to the power of the mean of -ln p\n")
            .And.EndWith("1 of 4 solved. 'gpt2 lesson hint 9.2' helps with the next.\n");
    }

    private CommandRun Lesson(params string[] args) => CommandRun.Of(["lesson", .. args, "--folder", folder.Root]);

    /// <summary>Writes the reference solution of an exercise into the learner's file.</summary>
    private void Solve(string id)
    {
        Exercise exercise = ExerciseSources.ExerciseOf(id);
        string file = Path.Combine(folder.Root, ExerciseSources.Folder.LessonOf(exercise).FileName), text = File.ReadAllText(file);
        string[] solution = ExerciseSources.Folder.LessonOf(exercise).SolutionOf(exercise).Split('\n');
        int body = Array.IndexOf(solution, "{");
        File.WriteAllText(file, text.Replace(exercise.Placeholder, string.Join('\n', solution[(body + 1)..^1]), StringComparison.Ordinal));
    }
}
