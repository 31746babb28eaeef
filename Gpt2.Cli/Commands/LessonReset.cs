// gpt2 lesson reset: puts the beginning of an exercise back. What the learner wrote is kept beside it.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Exercises;
using Gpt2.Core;

namespace Gpt2.Cli.Commands;

internal static class LessonReset
{
    public static Command Create(CommandIo io)
    {
        Argument<string> selector = LessonCommand.Selector();
        Option<string?> folder = LessonCommand.Folder();
        var command = new Command(
            "reset",
            "Put the beginning of an exercise back, or of all exercises of a lesson.\n"
            + "A file that changes is first copied to FILE.1.bak, FILE.2.bak, …");
        command.Arguments.Add(selector);
        command.Options.Add(folder);
        command.SetAction(parsed =>
        {
            ExerciseFolder exercises = ExerciseFolder.Open(parsed.GetValue(folder));
            Exercise[] chosen = exercises.Select(parsed.GetRequiredValue(selector));
            foreach (IGrouping<LessonFile, Exercise> lesson in chosen.GroupBy(exercises.LessonOf))
            {
                string? old = exercises.TextOf(lesson.Key);
                string text = old is null || lesson.Count() == lesson.Key.Exercises.Count() ? lesson.Key.Starter()
                    : Changed(lesson, exercises.FileOf(lesson.Key), old);
                string? kept = exercises.Replace(lesson.Key, text);
                io.Say($"{lesson.Key.FileName}: " + (old == text ? "as it was in the beginning"
                    : kept is null ? "written" : $"reset; what you had is in {kept}"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Changed(IGrouping<LessonFile, Exercise> chosen, string file, string text)
    {
        foreach (Exercise exercise in chosen)
        {
            text = chosen.Key.WithStarterOf(exercise, text) ?? throw new Gpt2Exception($"no line '// {exercise}', or none of the exercise after it")
            {
                Where = new ErrorPlace(file),
                Remedy = FormattableString.Invariant($"put it back, or reset the whole lesson with 'gpt2 lesson reset {exercise.Lesson}'"),
            };
        }

        return text;
    }
}
