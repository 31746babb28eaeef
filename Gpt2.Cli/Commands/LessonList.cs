// gpt2 lesson list: the lessons that have exercises, and which exercises have been written.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Exercises;
using Gpt2.Cli.Output;
using Gpt2.Core;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class LessonList
{
    public static Command Create(CommandIo io)
    {
        Option<string?> folder = LessonCommand.Folder();
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "list",
            "List the exercises of every lesson.\n"
            + "An exercise is written (●) when the line with NotImplementedException is gone, and to do (○) before; 'gpt2 lesson check' finds out "
            + "whether it is right.");
        command.Options.Add(folder);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            ExerciseFolder exercises = ExerciseFolder.Open(parsed.GetValue(folder));
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(
                    new LessonListResult(exercises.Path, [.. exercises.Lessons.Select(lesson => new ListedLesson(
                        lesson.Number, lesson.Title, lesson.Minutes, lesson.Page, exercises.FileOf(lesson), [.. lesson.Exercises
                            .Select(one => new ListedExercise(one.Id, one.Title, one.Method, one.Hints.Length, exercises.IsWritten(one)))]))]),
                    io.Out);
                return ExitCode.Done;
            }

            Show(exercises, io);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(ExerciseFolder exercises, CommandIo io)
    {
        foreach (LessonFile lesson in exercises.Lessons)
        {
            io.Say(Invariant($"{lesson.Number} {lesson.Title}: {lesson.FileName}, {lesson.Minutes} minutes of exercises for {lesson.Page}"));
            foreach (Exercise exercise in lesson.Exercises)
            {
                io.Say($"  {(exercises.IsWritten(exercise) ? "●" : "○")} {exercise}");
            }
        }

        int count = exercises.Exercises.Count(), written = exercises.Exercises.Count(exercises.IsWritten);
        io.Say($"{Plural.Of(count, "exercise")} in {exercises.Path}, {written} written (●). 'gpt2 lesson check 1' checks those of lesson 1.");
    }
}
