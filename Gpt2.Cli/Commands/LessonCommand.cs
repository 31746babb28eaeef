// gpt2 lesson: the exercises of the course. What its subcommands have in common is here.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Exercises;

namespace Gpt2.Cli.Commands;

internal static class LessonCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("lesson", "The exercises of the course: list, check, hints, solutions. See docs/exercises.")
        {
            LessonList.Create(io), LessonCheck.Create(io), LessonHint.Create(io), LessonSolution.Create(io), LessonReset.Create(io),
        };
        command.SetAction(new HelpPage(io).Invoke);
        return command;
    }

    public static Option<string?> Folder() => new("--folder")
    {
        Description = "The folder of the exercises; without it, the one in or above the current folder, or in the repository of the program.",
        HelpName = "FOLDER",
    };

    /// <summary>Which exercises.</summary>
    /// <param name="standard">What is meant if nothing is named; null if something must be.</param>
    public static Argument<string> Selector(string? standard = null)
    {
        var argument = new Argument<string>("lesson")
        {
            Description = $"A lesson such as 4, an exercise such as 4.2, or {ExerciseFolder.All}.",
        };
        if (standard is not null)
        {
            argument.DefaultValueFactory = _ => standard;
        }

        return argument;
    }
}
