// gpt2 lesson check: builds the exercises, runs their checks, and says what is wrong, or what it meant.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Exercises;
using Gpt2.Cli.Output;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class LessonCheck
{
    private const string Indent = "    ";

    public static Command Create(CommandIo io)
    {
        Argument<string> selector = LessonCommand.Selector(ExerciseFolder.All);
        Option<string?> folder = LessonCommand.Folder();
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "check",
            "Check exercises: ✓ solved, ✗ wrong, ○ not written yet.\nThe exit code is 0 if all that were asked for are solved, else 1.");
        command.Arguments.Add(selector);
        command.Options.Add(folder);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            ExerciseFolder exercises = ExerciseFolder.Open(parsed.GetValue(folder));
            string selected = parsed.GetValue(selector)!;
            Exercise[] chosen = exercises.Select(selected);
            using IDisposable occupied = ExerciseRun.Occupy(exercises);
            (CompileError[] errors, ExerciseResult[] results) = Output.Progress.Run("checking", io, _ =>
            {
                CompileError[] errors = ExerciseRun.Build(exercises, io.Cancellation);
                return (errors, errors.Length > 0 ? [] : ExerciseRun.Test(exercises, chosen, io.Cancellation));
            });
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(Described(exercises, chosen, errors, results), io.Out);
            }
            else
            {
                Show(chosen, errors, results, inFull: selected != ExerciseFolder.All, io);
            }

            return errors.Length == 0 && results.All(result => result.State == ExerciseState.Passed) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Show(Exercise[] chosen, CompileError[] errors, ExerciseResult[] results, bool inFull, CommandIo io)
    {
        if (errors.Length > 0)
        {
            foreach (CompileError error in errors)
            {
                io.Say(error.ToString());
            }

            io.Say("The exercises do not compile, so that none could be checked.");
            return;
        }

        foreach (ExerciseResult result in results)
        {
            string mark = result.State switch { ExerciseState.Passed => "✓", ExerciseState.Failed => "✗", _ => "○" };
            io.Say($"{mark} {result.Exercise}");
            string told = result.State switch
            {
                ExerciseState.Passed => inFull ? result.Exercise.Meaning : "",
                ExerciseState.Failed => result.Message,
                _ => inFull ? "Not written yet: " + result.Message : "",
            };
            foreach (string part in (string[])[result.Output, told])
            {
                Say(part, io);
            }
        }

        int passed = results.Count(result => result.State == ExerciseState.Passed);
        Exercise? next = results.FirstOrDefault(result => result.State != ExerciseState.Passed)?.Exercise;
        io.Say(Invariant($"{passed} of {chosen.Length} solved.") + (next is null ? "" : $" 'gpt2 lesson hint {next.Id}' helps with the next."));
    }

    private static void Say(string text, CommandIo io)
    {
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (string piece in DisplayText.Wrapped(Indent + line, io.Width, Indent.Length))
            {
                io.Out.WriteLine(piece);
            }
        }
    }

    private static LessonCheckResult Described(ExerciseFolder folder, Exercise[] chosen, CompileError[] errors, ExerciseResult[] results) => new(
        folder.Path, chosen.Length, results.Count(result => result.State == ExerciseState.Passed),
        [.. errors.Select(error => new LessonCompileError(error.File, error.Line, error.Message))],
        [.. results.Select(result => new CheckedExercise(
            result.Exercise.Id, result.Exercise.Title,
            result.State switch { ExerciseState.Passed => "passed", ExerciseState.Failed => "failed", _ => "unwritten" },
            result.Message.Length > 0 ? result.Message : null, result.Output.Length > 0 ? result.Output : null,
            result.State == ExerciseState.Passed ? result.Exercise.Meaning : null))]);
}
