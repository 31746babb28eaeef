// The folder of the exercises: where it is, the lessons in it, and what the learner has written so far.

using System.Text.RegularExpressions;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Files;

namespace Gpt2.Cli.Exercises;

/// <summary>A folder with Exercises.slnx, the learner's files, and the reference solutions.</summary>
internal sealed partial class ExerciseFolder
{
    /// <summary>Selects every lesson.</summary>
    public const string All = "all";

    private const string Solution = "Exercises.slnx", Solutions = "solutions", Repository = "Gpt2.slnx";

    /// <summary>Where the folder is in the repository.</summary>
    private static readonly string InRepository = System.IO.Path.Combine("docs", "exercises");

    private ExerciseFolder(string path)
    {
        Path = path;
        string solutions = System.IO.Path.Combine(path, Solutions);
        if (!Directory.Exists(solutions))
        {
            throw new Gpt2Exception("no such folder")
            {
                Where = new ErrorPlace(solutions),
                Remedy = "copy the whole folder docs/exercises of the repository",
            };
        }

        Lessons = [.. Directory.EnumerateFiles(solutions, "Lesson*.cs").Order(StringComparer.Ordinal)
            .Select(file => LessonFile.Parse(file, ReadText(file)))];
        if (Lessons.Count == 0)
        {
            throw new Gpt2Exception("no lessons in it")
            {
                Where = new ErrorPlace(solutions),
                Remedy = "copy the whole folder docs/exercises of the repository",
            };
        }
    }

    public string Path { get; }

    public IReadOnlyList<LessonFile> Lessons { get; }

    public IEnumerable<Exercise> Exercises => Lessons.SelectMany(lesson => lesson.Exercises);

    /// <summary>Opens the folder named by --folder; without one, it is looked for from the current folder upwards, then beside the program.</summary>
    /// <exception cref="Gpt2Exception">There is none, or it is incomplete.</exception>
    public static ExerciseFolder Open(string? named)
    {
        if (named is not null)
        {
            return File.Exists(System.IO.Path.Combine(named, Solution)) ? new ExerciseFolder(System.IO.Path.GetFullPath(named))
                : throw new Gpt2Exception($"no {Solution} in it")
                {
                    Where = new ErrorPlace(named),
                    Expected = "the folder of the exercises",
                    Remedy = "name docs/exercises of the repository, or a copy of it",
                };
        }

        return Above(Directory.GetCurrentDirectory(), Solution, "") is string here ? new ExerciseFolder(here)
            : Above(Directory.GetCurrentDirectory(), Repository, InRepository) is string around ? new ExerciseFolder(around)
            : Above(AppContext.BaseDirectory, Repository, InRepository) is string beside ? new ExerciseFolder(beside)
            : throw new Gpt2Exception($"no {Solution} in the current folder, above it, or beside the program")
            {
                Remedy = "name the folder of the exercises with --folder: docs/exercises of the repository",
            };
    }

    /// <summary>The exercises selected by "4", "4.2" or "all".</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public Exercise[] Select(string selector)
    {
        if (selector == All)
        {
            return [.. Exercises];
        }

        Match wanted = Selector().Match(selector);
        string lesson = wanted.Groups["lesson"].Value, number = wanted.Groups["number"].Value;
        Exercise[] found = [.. Exercises.Where(exercise => wanted.Success
            && exercise.Lesson == WholeOf(lesson) && (number.Length == 0 || exercise.Number == WholeOf(number)))];
        string expected = wanted.Success && Lessons.FirstOrDefault(one => one.Number == WholeOf(lesson)) is LessonFile known
            ? $"one of {known.Exercises.First().Id} to {known.Exercises.Last().Id}"
            : $"a lesson from {Lessons[0].Number} to {Lessons[^1].Number} such as 4, an exercise such as 4.2, or {All}";
        return found.Length > 0 ? found
            : throw new UsageException($"found '{selector}'", where: "lesson", expected: expected, remedy: "'gpt2 lesson list' lists them");
    }

    public LessonFile LessonOf(Exercise exercise) => Lessons.First(lesson => lesson.Number == exercise.Lesson);

    /// <summary>Where the learner's file of a lesson is.</summary>
    public string FileOf(LessonFile lesson) => System.IO.Path.Combine(Path, lesson.FileName);

    /// <summary>What the learner has written; null if the file is not there.</summary>
    public string? TextOf(LessonFile lesson) => File.Exists(FileOf(lesson)) ? ReadText(FileOf(lesson)) : null;

    /// <summary>Whether the line that stands in for a solution is gone. It says nothing about what is there instead.</summary>
    public bool IsWritten(Exercise exercise) =>
        TextOf(LessonOf(exercise)) is string text && !text.Contains(exercise.Placeholder, StringComparison.Ordinal);

    /// <summary>Replaces a learner's file; what was in it goes to a file of its own beside it.</summary>
    /// <returns>The name of that file; null if nothing was lost.</returns>
    public string? Replace(LessonFile lesson, string text)
    {
        string file = FileOf(lesson);
        string? kept = null;
        if (TextOf(lesson) is string old)
        {
            if (old == text)
            {
                return null;
            }

            int number = 1;
            while (File.Exists(kept = FormattableString.Invariant($"{file}.{number}.bak")))
            {
                number++;
            }

            byte[] had = Read(file, () => File.ReadAllBytes(file)); // whatever encoding it has
            OutputFile.Write(kept, stream => stream.Write(had));
        }

        OutputFile.WriteText(file, text);
        return kept is null ? null : System.IO.Path.GetFileName(kept);
    }

    private static string ReadText(string file) => Read(file, () => File.ReadAllText(file).ReplaceLineEndings("\n"));

    private static T Read<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception(e.Message, e) { Where = new ErrorPlace(file) };
        }
    }

    /// <summary>A folder below the nearest one above that has a file.</summary>
    private static string? Above(string from, string file, string below)
    {
        for (DirectoryInfo? up = new(from); up is not null; up = up.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(up.FullName, file)))
            {
                string folder = System.IO.Path.Combine(up.FullName, below);
                return File.Exists(System.IO.Path.Combine(folder, Solution)) ? folder : null;
            }
        }

        return null;
    }

    private static int WholeOf(string digits) => int.TryParse(digits, out int value) ? value : -1;

    [GeneratedRegex(@"^(?<lesson>\d{1,4})(\.(?<number>\d{1,4}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Selector();
}
