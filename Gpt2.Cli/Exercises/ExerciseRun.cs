// Builds the learner's files together with their checks, runs the checks, and reads what came of them.

using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Core;
using Gpt2.Core.Files;

namespace Gpt2.Cli.Exercises;

internal static partial class ExerciseRun
{
    /// <summary>Far more than the checks take; a loop that never ends would take more.</summary>
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(2), BuildLimit = TimeSpan.FromMinutes(10);

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Keeps other checks out of the folder, whose builds would write the same files, until disposed.</summary>
    /// <exception cref="Gpt2Exception">There is another check, or nothing can be written there.</exception>
    public static IDisposable Occupy(ExerciseFolder folder)
    {
        string name = Path.Combine(folder.Path, "obj", "check");
        try
        {
            return FolderLock.TryTake(name, "checking exercises in it") ?? throw FolderLock.Refusal(folder.Path, FolderLock.HolderOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception("cannot write in this folder, in which the checks are built", e)
            {
                Where = new ErrorPlace(folder.Path),
                Remedy = "copy it to where you may write, and name the copy with --folder",
            };
        }
    }

    /// <summary>Builds the folder.</summary>
    /// <returns>The errors of the compiler; none if the checks can be run.</returns>
    /// <exception cref="Gpt2Exception">The build failed for another reason.</exception>
    public static CompileError[] Build(ExerciseFolder folder, CancellationToken cancellation)
    {
        if (folder.Lessons.FirstOrDefault(lesson => folder.TextOf(lesson) is null) is LessonFile missing)
        {
            throw new Gpt2Exception("no such file")
            {
                Where = new ErrorPlace(folder.FileOf(missing)),
                Expected = "the learner's file, which may be as it was in the beginning",
                Remedy = FormattableString.Invariant($"'gpt2 lesson reset {missing.Number}' makes it"),
            };
        }

        (int exitCode, string output) = DotnetProcess.Run(
            folder.Path, BuildLimit, cancellation,
            ["build", "Exercises.csproj", "-c", "Release", "-v", "q", "-nologo", "-tl:off",
                "-p:Gpt2Libraries=" + AppContext.BaseDirectory.TrimEnd('/', '\\')]);
        CompileError[] errors = ErrorsIn(output);
        if (exitCode != 0 && errors.Length == 0)
        {
            if (output.Contains("No .NET SDKs were found", StringComparison.Ordinal))
            {
                throw new Gpt2Exception("the command 'dotnet' has no SDK") { Remedy = "install the .NET 10 SDK, which builds the exercises" };
            }

            string? line = output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))?.Trim();
            throw new Gpt2Exception(line ?? "dotnet build failed")
            {
                Where = new ErrorPlace(folder.Path),
                Remedy = "'dotnet build Exercises.csproj' in that folder says more",
            };
        }

        return exitCode == 0 ? [] : errors;
    }

    /// <summary>The errors of the compiler in what a build printed.</summary>
    internal static CompileError[] ErrorsIn(string output) =>
    [
        .. Error().Matches(output)
            .Select(match => new CompileError(
                Path.GetFileName(match.Groups["file"].Value.Replace('\\', '/')),
                int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture), match.Groups["message"].Value.Trim()))
            .Distinct(),
    ];

    /// <summary>Runs the checks of some exercises, after <see cref="Build"/>.</summary>
    /// <exception cref="Gpt2Exception">They did not end, or did not run.</exception>
    public static ExerciseResult[] Test(ExerciseFolder folder, IReadOnlyCollection<Exercise> exercises, CancellationToken cancellation)
    {
        string results = Directory.CreateTempSubdirectory("gpt2-lesson-").FullName;
        try
        {
            string filter = string.Join('|', exercises.Select(exercise => "FullyQualifiedName=" + CheckOf(folder, exercise)));
            (int _, string output) = DotnetProcess.Run(
                folder.Path, TestLimit, cancellation,
                ["test", Path.Combine("bin", "check", "Release", "net10.0", "Exercises.dll"), "--filter", filter,
                    "--logger", "trx;LogFileName=results.trx", "--results-directory", results]);
            string file = Path.Combine(results, "results.trx");
            string? last = output.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim();
            return File.Exists(file) ? Read(folder, exercises, XDocument.Load(file))
                : throw new Gpt2Exception($"the checks did not run: {last ?? "dotnet test failed"}");
        }
        catch (TimeoutException)
        {
            throw new Gpt2Exception(FormattableString.Invariant($"the checks did not end within {TestLimit.TotalMinutes:0} minutes"))
            {
                Remedy = "is there a loop that never ends? If you checked several, check them one by one to find it",
            };
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    /// <summary>What the checks found, from the file that `dotnet test` writes.</summary>
    internal static ExerciseResult[] Read(ExerciseFolder folder, IEnumerable<Exercise> exercises, XDocument results)
    {
        Dictionary<string, string> names = results.Descendants(Trx + "UnitTest").ToDictionary(
            test => test.Attribute("id")!.Value,
            test => test.Element(Trx + "TestMethod") is XElement method
                ? $"{method.Attribute("className")!.Value}.{method.Attribute("name")!.Value}" : "");
        string? ended = EndOf(results);
        ILookup<string, XElement> found = results.Descendants(Trx + "UnitTestResult").ToLookup(result => names[result.Attribute("testId")!.Value]);
        return [.. exercises.Select(exercise =>
        {
            XElement? result = found[CheckOf(folder, exercise)].FirstOrDefault();
            string message = result?.Descendants(Trx + "Message").FirstOrDefault()?.Value.Trim() ?? "";
            string output = result?.Descendants(Trx + "StdOut").FirstOrDefault()?.Value.Trim() ?? "";
            ExerciseState state = result?.Attribute("outcome")?.Value == "Passed" ? ExerciseState.Passed
                : message.EndsWith(": " + exercise.ToWrite, StringComparison.Ordinal) ? ExerciseState.Unwritten
                : ExerciseState.Failed;
            return new ExerciseResult(
                exercise, state,
                state switch
                {
                    ExerciseState.Passed => "",
                    ExerciseState.Unwritten => exercise.ToWrite,
                    _ => result is null ? ended ?? $"the check {CheckOf(folder, exercise)} was not found"
                        : Unwritten(folder, message) is Exercise called
                            ? $"It calls {called}, which is not written yet: 'gpt2 lesson hint {called.Id}' helps with that."
                        : Explained(message, result),
                },
                output);
        })];
    }

    /// <summary>The exercise whose placeholder was reached, or null if that is not what the message says.</summary>
    private static Exercise? Unwritten(ExerciseFolder folder, string message) => folder.Exercises.FirstOrDefault(exercise =>
        message == $"{typeof(NotImplementedException).FullName} : {exercise.ToWrite}");

    /// <summary>Why exercises have no result: their program has ended before; null if it has not.</summary>
    private static string? EndOf(XDocument results)
    {
        string told = string.Concat(results.Descendants(Trx + "RunInfo").Select(info => info.Value));
        if (!told.Contains("run was aborted", StringComparison.Ordinal))
        {
            return null;
        }

        bool overflow = told.Contains("Stack overflow", StringComparison.Ordinal);
        return "Not checked, since " + (overflow ? "the stack overflowed" : "the program of the checks ended")
            + (Called().Match(told) is { Success: true } called ? $" in {called.Groups["method"].Value}" : "")
            + (overflow ? ": does a method call itself without an end?" : ": did a method exit, or crash it?");
    }

    /// <summary>A check's own message as it is; of any other exception also the line of the learner's file.</summary>
    private static string Explained(string message, XElement result)
    {
        Match thrown = Thrown().Match(message);
        Match place = Place().Match(result.Descendants(Trx + "StackTrace").FirstOrDefault()?.Value ?? "");
        return !thrown.Success ? message
            : $"{thrown.Groups["type"].Value}: {thrown.Groups["message"].Value}"
                + (place.Success ? $" ({place.Groups["file"].Value}:{place.Groups["line"].Value})" : "");
    }

    private static string CheckOf(ExerciseFolder folder, Exercise exercise) =>
        $"Exercises.Checks.{folder.LessonOf(exercise).Name}Checks.{exercise.Method}";

    [GeneratedRegex(@"^(?<file>[^\r\n(]+)\((?<line>\d+),\d+\): error \w+: (?<message>.*?)( \[[^\]\r\n]*\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Error();

    [GeneratedRegex(@"\bat Exercises\.(?<method>Lesson\w+\.\w+)\(")]
    private static partial Regex Called();

    [GeneratedRegex(@"^(?<type>System\.[\w.]+) : (?<message>.*)$", RegexOptions.Singleline)]
    private static partial Regex Thrown();

    [GeneratedRegex(@"[\\/](?<file>Lesson\d+\w*(?<!Checks)\.cs):line (?<line>\d+)")]
    private static partial Regex Place();
}
