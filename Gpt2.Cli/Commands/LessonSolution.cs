// gpt2 lesson solution: the reference solution of an exercise.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Exercises;

namespace Gpt2.Cli.Commands;

internal static class LessonSolution
{
    public static Command Create(CommandIo io)
    {
        Argument<string> selector = LessonCommand.Selector();
        Option<string?> folder = LessonCommand.Folder();
        var command = new Command("solution", "Print the reference solution of an exercise, or of all exercises of a lesson.");
        command.Arguments.Add(selector);
        command.Options.Add(folder);
        command.SetAction(parsed =>
        {
            ExerciseFolder exercises = ExerciseFolder.Open(parsed.GetValue(folder));
            string before = "";
            foreach (Exercise exercise in exercises.Select(parsed.GetRequiredValue(selector)))
            {
                io.Out.WriteLine($"{before}// {exercise}");
                io.Out.WriteLine(exercises.LessonOf(exercise).SolutionOf(exercise));
                before = io.Out.NewLine;
            }

            return ExitCode.Done;
        });
        return command;
    }
}
