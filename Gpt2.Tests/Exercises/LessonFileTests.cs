// The marks in the reference solutions, what is made of them, and what is read from the SDK's output.

using System.Xml.Linq;
using Gpt2.Cli.Exercises;
using Gpt2.Core;

namespace Gpt2.Tests.Exercises;

public sealed class LessonFileTests
{
    private const string Text = """
        // Lesson 3: Sums. 5 minutes. Page: docs/lessons/03-sums.md

        namespace Exercises;

        public static class Lesson03Sums
        {
            // 3.1 Twice
            // hint: Add.
            // hint: The number
            //   and itself.
            // meaning: Two
            //   is twice one.
            /// <summary>Twice x.</summary>
            public static int Twice(int x)
            {
                // write: "x" and x
                return x + x;
                // end
            }

            // 3.2 Half
            // hint: Divide.
            // meaning: Less.
            /// <summary>Half of x.</summary>
            public static int Half(int x)
            {
                // write: x by 2
                return x / 2;
                // end
            }
        }
        """;

    private static LessonFile Lesson => LessonFile.Parse("solutions/Lesson03Sums.cs", Text);

    [Fact]
    public void Parse_ReadsTheExercises()
    {
        Exercise twice = Lesson.Exercises.First();

        (Lesson.Name, Lesson.Number, Lesson.Title, Lesson.Minutes, Lesson.Page).Should()
            .Be(("Lesson03Sums", 3, "Sums", 5, "docs/lessons/03-sums.md"));
        (twice.ToString(), twice.Method, twice.ToWrite, twice.Meaning).Should().Be(("3.1 Twice", "Twice", "\"x\" and x", "Two is twice one."));
        twice.Hints.Should().Equal("Add.", "The number and itself.");
    }

    [Fact]
    public void Starter_HasNeitherHintsNorSolutions()
    {
        string starter = Lesson.Starter();

        starter.Should().Contain(
            """
                // 3.1 Twice
                /// <summary>Twice x.</summary>
                public static int Twice(int x)
                {
                    throw new NotImplementedException("\"x\" and x");
                }

                // 3.2 Half
            """.ReplaceLineEndings("\n"));
        starter.Should().NotContain("return").And.NotContain("hint").And.EndWith("    }\n}\n");
    }

    [Fact]
    public void WithStarterOf_ChangesOneExerciseAndLeavesTheOther()
    {
        string solved = Text.Replace("return x / 2;", "return x >> 1;", StringComparison.Ordinal);
        Exercise twice = Lesson.Exercises.First(), half = Lesson.Exercises.Last();

        Lesson.WithStarterOf(twice, solved)!.Should().Contain(twice.Placeholder).And.Contain("return x >> 1;");
        Lesson.WithStarterOf(half, solved)!.Should().Contain(half.Placeholder).And.Contain("return x + x;");
        Lesson.WithStarterOf(twice, solved.Replace("// 3.2", "// 3.3", StringComparison.Ordinal)).Should().BeNull();
    }

    [Theory]
    [InlineData("// Lesson 3", "// Lektion 3", 1)]
    [InlineData("    // hint: Divide.\n", "", 21)]
    [InlineData("// meaning: Less.", "// moral: Less.", 23)]
    [InlineData("        // write: x by 2\n", "", 21)]
    public void Parse_MarksAreMissing_SaysWhere(string mark, string instead, int line)
    {
        Action parse = () => LessonFile.Parse("a.cs", Text.ReplaceLineEndings("\n").Replace(mark, instead, StringComparison.Ordinal));

        parse.Should().Throw<Gpt2Exception>().Which.Where!.Value.Line.Should().Be(line);
    }

    [Fact]
    public void ErrorsIn_OutputOfABuild_AreEachGivenOnce()
    {
        const string Output = """
            /clone/docs/exercises/Lesson04Attention.cs(22,19): error CS1002: ; expected [/clone/docs/exercises/Exercises.csproj]
            /clone/docs/exercises/Lesson04Attention.cs(30,1): warning CS0219: never used [/clone/docs/exercises/Exercises.csproj]
            C:\me\exercises\Lesson05Mlp.cs(7,1): error CS0103: The name 'a(b)' does not exist [C:\me\exercises\Exercises.csproj]
            /clone/docs/exercises/Lesson04Attention.cs(22,19): error CS1002: ; expected [/clone/docs/exercises/Exercises.csproj]
            """;

        ExerciseRun.ErrorsIn(Output).Select(error => error.ToString()).Should()
            .Equal("Lesson04Attention.cs:22: ; expected", "Lesson05Mlp.cs:7: The name 'a(b)' does not exist");
    }

    [Fact]
    public void Read_ResultsOfATestRun_TellsWhatWasThrownAndWhere()
    {
        Exercise[] exercises = ExerciseSources.Folder.Select("9")[..3];
        string Test(int id, string method) => $"""
            <UnitTest id="{id}"><TestMethod className="Exercises.Checks.Lesson09LossChecks" name="{method}" /></UnitTest>
            """;
        string Result(int id, string outcome, string message, string stack) => $"""
            <UnitTestResult testId="{id}" outcome="{outcome}"><Output><StdOut>told</StdOut><ErrorInfo><Message>{message}</Message>
            <StackTrace>{stack}</StackTrace></ErrorInfo></Output></UnitTestResult>
            """;
        var run = XDocument.Parse(
            "<TestRun xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\">"
            + Result(1, "Failed", "System.NotImplementedException : " + exercises[0].ToWrite, "") + Test(1, "TokenLoss")
            + Result(2, "Failed", "System.DivideByZeroException : zero", @"at A() in C:\x\Lesson09Loss.cs:line 7") + Test(2, "InputsAndTargets")
            + Result(3, "Passed", "", "") + Test(3, "Perplexity") + "</TestRun>");

        ExerciseResult[] results = ExerciseRun.Read(ExerciseSources.Folder, exercises, run);

        results.Select(result => (result.State, result.Message)).Should().Equal(
            (ExerciseState.Unwritten, exercises[0].ToWrite),
            (ExerciseState.Failed, "System.DivideByZeroException: zero (Lesson09Loss.cs:7)"),
            (ExerciseState.Passed, ""));
        results[2].Output.Should().Be("told");
    }

    [Fact]
    public void Read_AnExerciseThatCallsAnUnwrittenOne_NamesThatOne()
    {
        Exercise called = ExerciseSources.ExerciseOf("8.3");
        var run = XDocument.Parse($"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
            <UnitTestResult testId="1" outcome="Failed"><Output><ErrorInfo><Message>System.NotImplementedException : {called.ToWrite}</Message>
            </ErrorInfo></Output></UnitTestResult>
            <UnitTest id="1"><TestMethod className="Exercises.Checks.Lesson12DecodingChecks" name="Greedy" /></UnitTest></TestRun>
            """);

        ExerciseResult result = ExerciseRun.Read(ExerciseSources.Folder, [ExerciseSources.ExerciseOf("12.1")], run).Single();

        result.State.Should().Be(ExerciseState.Failed);
        result.Message.Should().Be("It calls 8.3 The most probable token, which is not written yet: 'gpt2 lesson hint 8.3' helps with that.");
    }

    [Theory]
    [InlineData(
        "Test host process crashed : Stack overflow.\n   at Exercises.Lesson09Loss.&lt;Perplexity&gt;g__F|0_0()\n"
        + "   at Exercises.Lesson09Loss.Perplexity(Single[])\n   at Exercises.Checks.Lesson09LossChecks.Perplexity()",
        "Not checked, since the stack overflowed in Lesson09Loss.Perplexity: does a method call itself without an end?")]
    [InlineData(
        "Test host process crashed", "Not checked, since the program of the checks ended: did a method exit, or crash it?")]
    public void Read_ResultsOfATestRunThatEndedEarly_TellsWhy(string reason, string message)
    {
        var run = XDocument.Parse(
            "<TestRun xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\"><ResultSummary><RunInfos><RunInfo><Text>"
            + $"The active test run was aborted. Reason: {reason}</Text></RunInfo></RunInfos></ResultSummary></TestRun>");

        ExerciseRun.Read(ExerciseSources.Folder, ExerciseSources.Folder.Select("9.3"), run).Should().ContainSingle()
            .Which.Should().Match<ExerciseResult>(result => result.State == ExerciseState.Failed && result.Message == message);
    }
}
