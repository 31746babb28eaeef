// gpt2 lesson hint: the hints of an exercise, one after another.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Exercises;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class LessonHint
{
    public static Command Create(CommandIo io)
    {
        Argument<string> selector = LessonCommand.Selector();
        var number = new Argument<string>("hint")
        {
            Description = "Which hint, from 1; each says more than the one before it.",
            DefaultValueFactory = _ => "1",
        };
        Option<bool> all = new("--all") { Description = "Show all hints." };
        Option<string?> folder = LessonCommand.Folder();
        var command = new Command("hint", "Show a hint for an exercise; for a lesson, a hint for each of its exercises.");
        command.Arguments.Add(selector);
        command.Arguments.Add(number);
        command.Options.Add(all);
        command.Options.Add(folder);
        command.SetAction(parsed =>
        {
            Exercise[] chosen = ExerciseFolder.Open(parsed.GetValue(folder)).Select(parsed.GetRequiredValue(selector));
            int most = chosen.Max(exercise => exercise.Hints.Length);
            string wanted = parsed.GetRequiredValue(number);
            if (!int.TryParse(wanted, out int place) || place < 1 || place > most)
            {
                throw new UsageException(
                    $"found '{wanted}'", where: "hint", expected: most == 1 ? "1, its only hint" : Invariant($"a number from 1 to {most}"));
            }

            foreach (Exercise exercise in chosen)
            {
                Show(exercise, place, parsed.GetValue(all), io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Exercise exercise, int place, bool all, CommandIo io)
    {
        int count = exercise.Hints.Length;
        foreach ((string hint, int number) in exercise.Hints.Select((hint, index) => (hint, index + 1)))
        {
            if (all || number == Math.Min(place, count))
            {
                io.Say(Invariant($"{exercise}, hint {number} of {count}: {hint}"));
            }
        }

        if (!all)
        {
            io.Say(place < count ? Invariant($"'gpt2 lesson hint {exercise.Id} {place + 1}' shows the next.")
                : $"That was the last; 'gpt2 lesson solution {exercise.Id}' shows the solution.");
        }
    }
}
