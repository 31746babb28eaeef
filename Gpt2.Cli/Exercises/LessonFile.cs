// The reference solutions of a lesson, the one source of its exercises. Comments mark what is the learner's to write, and what is shown
// on request only:
//
//     // 4.2 Title
//     // hint: …                      once or more
//     // meaning: …                   a line that begins with "//   " continues the one before it
//     /// <summary>the task</summary>
//     public static float Method(…)
//     {
//         // write: the task in one line
//         …
//         // end
//     }

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Gpt2.Core;

namespace Gpt2.Cli.Exercises;

/// <summary>The exercises of a lesson.</summary>
internal sealed partial class LessonFile
{
    private readonly string[] lines;
    private readonly List<Part> parts = [];

    private LessonFile(string name, string[] lines, Match header)
    {
        this.lines = lines;
        Name = name;
        Number = int.Parse(header.Groups["number"].Value, CultureInfo.InvariantCulture);
        Title = header.Groups["title"].Value;
        Minutes = int.Parse(header.Groups["minutes"].Value, CultureInfo.InvariantCulture);
        Page = header.Groups["page"].Value;
    }

    /// <summary>The class, and the file without its extension: "Lesson04Attention".</summary>
    public string Name { get; }

    /// <summary>The file that the learner writes.</summary>
    public string FileName => Name + ".cs";

    public int Number { get; }

    public string Title { get; }

    /// <summary>How long the exercises take.</summary>
    public int Minutes { get; }

    /// <summary>The lesson's page, from the root of the repository.</summary>
    public string Page { get; }

    public IEnumerable<Exercise> Exercises => parts.Select(part => part.Exercise);

    /// <summary>Reads a file of reference solutions.</summary>
    /// <param name="path">The file; its name is the class's.</param>
    /// <param name="text">What is in it.</param>
    /// <exception cref="Gpt2Exception">Its marks are not as they have to be.</exception>
    public static LessonFile Parse(string path, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Match header = Header().Match(lines[0]);
        if (!header.Success)
        {
            throw new Gpt2Exception("the first line is not the head of a lesson")
            {
                Where = new ErrorPlace(path, 1),
                Expected = "'// Lesson 4: Title. 30 minutes. Page: docs/lessons/…'",
            };
        }

        var lesson = new LessonFile(Path.GetFileNameWithoutExtension(path), lines, header);
        for (int at = 0; at < lines.Length; at++)
        {
            if (Heading().Match(lines[at]) is { Success: true } heading)
            {
                lesson.parts.Add(lesson.ReadPart(path, at, heading));
                at = lesson.parts[^1].End;
            }
        }

        return lesson;
    }

    /// <summary>The learner's file as it is in the beginning.</summary>
    public string Starter()
    {
        var starter = new List<string>();
        int at = 0;
        foreach (Part part in parts)
        {
            starter.AddRange([.. lines[at..(part.Heading + 1)], .. lines[part.Comment..part.Write], $"        {part.Exercise.Placeholder}"]);
            at = part.End + 1;
        }

        return Joined([.. starter, .. lines[at..]]);
    }

    /// <summary>The reference solution of an exercise: the method with its comment.</summary>
    public string SolutionOf(Exercise exercise)
    {
        Part part = PartOf(exercise);
        string[] method = [.. lines[part.Comment..part.Write], .. lines[(part.Write + 1)..part.End], lines[part.End + 1]];
        return string.Join('\n', method.Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line));
    }

    /// <summary>
    /// A learner's text with one exercise as it was in the beginning; null if its beginning or its end is not to be found.
    /// </summary>
    public string? WithStarterOf(Exercise exercise, string learners)
    {
        string[] starter = Starter().TrimEnd('\n').Split('\n'), own = learners.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        (int from, int to) = RangeOf(exercise, starter);
        (int ownFrom, int ownTo) = RangeOf(exercise, own);
        return ownFrom < 0 || ownTo <= ownFrom ? null : Joined([.. own[..ownFrom], .. starter[from..to], .. own[ownTo..]]);
    }

    /// <summary>From the heading of an exercise to the next heading, or to the end of the class.</summary>
    private (int From, int To) RangeOf(Exercise exercise, string[] text)
    {
        int IndexOf(Exercise one) => Array.IndexOf(text, $"    // {one}");
        Exercise? next = Exercises.FirstOrDefault(one => one.Number == exercise.Number + 1);
        return (IndexOf(exercise), next is null ? Array.LastIndexOf(text, "}") : IndexOf(next));
    }

    private static string Joined(IEnumerable<string> lines) =>
        lines.Aggregate(new StringBuilder(), (text, line) => text.Append(line).Append('\n')).ToString();

    private Part PartOf(Exercise exercise) => parts.First(part => part.Exercise == exercise);

    private Part ReadPart(string path, int heading, Match match)
    {
        var hints = new List<string>();
        string meaning = "", method = "";
        int at = heading + 1;
        for (; at < lines.Length && !lines[at].StartsWith("    ///", StringComparison.Ordinal); at++)
        {
            Match note = Note().Match(lines[at]);
            Require(note.Success, path, at, "a comment with a hint or the meaning");
            string text = note.Groups["text"].Value;
            if (note.Groups["kind"].Value == "hint")
            {
                hints.Add(text);
            }
            else if (note.Groups["kind"].Value == "meaning")
            {
                meaning = text;
            }
            else if (meaning.Length > 0)
            {
                meaning += " " + text;
            }
            else
            {
                Require(hints.Count > 0, path, at, "a hint to continue");
                hints[^1] += " " + text;
            }
        }

        int comment = at;
        for (; at < lines.Length && !Write().IsMatch(lines[at]); at++)
        {
            Require(!Heading().IsMatch(lines[at]), path, at, "'// write:' before the next exercise");
            method = Method().Match(lines[at]) is { Success: true } found ? found.Groups["name"].Value : method;
        }

        int end = Array.FindIndex(lines, Math.Min(at, lines.Length - 1), line => line == "        // end");
        Require(
            end > 0 && method.Length > 0 && hints.Count > 0 && meaning.Length > 0, path, heading,
            "hints, a meaning, a method, '// write:', '// end'");
        var exercise = new Exercise(
            int.Parse(match.Groups["lesson"].Value, CultureInfo.InvariantCulture),
            int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture),
            match.Groups["title"].Value, method, Write().Match(lines[at]).Groups["task"].Value, [.. hints], meaning);
        return new Part(exercise, heading, comment, at, end);
    }

    private static void Require(bool isSo, string path, int line, string expected)
    {
        if (!isSo)
        {
            throw new Gpt2Exception("the marks of an exercise are incomplete") { Where = new ErrorPlace(path, line + 1), Expected = expected };
        }
    }

    /// <summary>An exercise and the lines, from 0, of its heading, its documentation, and the marks around what is to be written.</summary>
    private sealed record Part(Exercise Exercise, int Heading, int Comment, int Write, int End);

    [GeneratedRegex(@"^// Lesson (?<number>\d+): (?<title>.+)\. (?<minutes>\d+) minutes\. Page: (?<page>\S+)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"^    // (?<lesson>\d+)\.(?<number>\d+) (?<title>.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^    // (?:(?<kind>hint|meaning): |  )(?<text>\S.*)$")]
    private static partial Regex Note();

    [GeneratedRegex(@"^    public static .*?(?<name>\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"^        // write: (?<task>.+)$")]
    private static partial Regex Write();
}
