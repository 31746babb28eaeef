// Runs the commands of a lesson as a reader would, one after another, in a folder of the lesson's own. They run inside the test process:
// a hundred processes would take minutes. So a file that a command names is looked for, and written, in that folder.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

/// <summary>The commands of one lesson.</summary>
internal sealed partial class LessonRun : IDisposable
{
    private const string Omitted = "…";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// The pictures that a block's command draws, as names of files: those that it names, and one that it writes into a folder, which the
    /// page names with picture=folder/loss.svg.
    /// </summary>
    public static IEnumerable<string> PicturesOf(LessonPart part) =>
    [
        .. DocumentedCommands.Arguments(part.Lines[0]).Where(argument => argument.EndsWith(".svg", StringComparison.Ordinal)),
        .. part.Option("picture") is string written ? [written] : Array.Empty<string>(),
    ];

    /// <summary>The name under which a picture is kept: pictures/folder-loss.svg.</summary>
    public static string KeptAs(string picture) => picture.Replace('/', '-');

    /// <summary>
    /// Runs the command in a block's first line. The result is what the block should be: that line, and below it what is printed. With
    /// head=12 the block has the first twelve lines, with "excerpt" those lines, or their beginnings, that it has now. With "log" it also has
    /// what goes to standard error, before the results: the progress of a training run. With exit=1 the command ends with that code.
    /// </summary>
    public LessonPart Run(LessonPart part)
    {
        string line = part.Lines[0];
        string[] arguments = DocumentedCommands.Arguments(line), mapped = [.. arguments.Select((argument, place) =>
            IsFile(argument, place == 0 ? "" : arguments[place - 1]) ? Path.Combine(folder.Root, argument) : FromRoot(argument))];
        CommandRun run = CommandRun.Of(mapped);
        run.ExitCode.Should().Be(int.Parse(part.Option("exit") ?? "0", CultureInfo.InvariantCulture), "'{0}' says: {1}", line, run.Error);

        string text = part.Options.Split(' ').Contains("log") ? run.Error + run.Out : run.Out.Length > 0 ? run.Out : run.Error;
        string[] printed = [.. text.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .Replace(AppContext.BaseDirectory, "", StringComparison.Ordinal)
            .Replace(SharedData.RepositoryRoot + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .TrimEnd('\n').Split('\n').Select(one => one.TrimEnd())];
        string[] shown = part.Option("head") is string head ? [.. printed.Take(int.Parse(head, CultureInfo.InvariantCulture)), Omitted]
            : part.Options.Split(' ').Contains("excerpt") ? [.. part.Lines[1..].Select(one => Refreshed(one, printed))]
            : printed;
        return part with { Text = string.Concat(shown.Prepend(line).Select(one => one + "\n")) };
    }

    /// <summary>A picture that a command of the lesson has drawn.</summary>
    public string Picture(string name) => File.ReadAllText(folder.PathOf(name)).ReplaceLineEndings("\n");

    /// <summary>Whether an argument is a file or a folder that the lesson makes, and not one of the repository.</summary>
    private bool IsFile(string argument, string before) =>
        FileName().IsMatch(argument) || before is "--out" or "new" || (argument.Length > 0 && Path.Exists(Path.Combine(folder.Root, argument)));

    private static string FromRoot(string argument)
    {
        string path = Path.Combine(SharedData.RepositoryRoot, argument);
        return argument.StartsWith("docs/", StringComparison.Ordinal) && File.Exists(path) ? path : argument;
    }

    /// <summary>
    /// The printed line that is most like one that the page shows: the same words, whatever the figures. If the page shows the beginning of
    /// it and "…", so does the result.
    /// </summary>
    private static string Refreshed(string shown, string[] printed)
    {
        bool isCut = shown.EndsWith(" " + Omitted, StringComparison.Ordinal);
        string[] words = Word().Matches(isCut ? shown[..^2] : shown).Select(word => word.Value).ToArray();
        if (words is ["…"])
        {
            return shown;
        }

        string like = printed.MaxBy(line => Word().Matches(line).Cast<Match>().Zip(words).TakeWhile(pair =>
            Digits().Replace(pair.First.Value, "0") == Digits().Replace(pair.Second, "0")).Sum(pair => pair.First.Value == pair.Second ? 1.01 : 1))!;
        Match[] all = [.. Word().Matches(like).Cast<Match>()];
        return isCut && all.Length > words.Length ? $"{like[..(all[words.Length - 1].Index + all[words.Length - 1].Length)]} {Omitted}" : like;
    }

    [GeneratedRegex(@"^[\w-]+\.(svg|csv|txt|jsonl|json|html|bpe)$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"[0-9]+([.,][0-9]+)*")]
    private static partial Regex Digits();
}
