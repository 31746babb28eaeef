// A lesson, or another page whose blocks are verified, split into prose and blocks, so that a block can be checked, or written again, in its place.

using System.Text;
using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

/// <summary>A piece of a page: prose, or the lines of a block with the words after its three backticks.</summary>
/// <param name="Language">The first of these words; empty for prose.</param>
/// <param name="Options">The others, such as head=12.</param>
/// <param name="Text">Its lines, each with its end.</param>
internal sealed record LessonPart(string Language, string Options, string Text)
{
    /// <summary>Its lines without their ends.</summary>
    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>The value of an option, such as 12 of head=12; null without it.</summary>
    public string? Option(string name) => Options.Split(' ').Where(option => option.StartsWith(name + "=", StringComparison.Ordinal))
        .Select(option => option[(name.Length + 1)..]).FirstOrDefault();
}

/// <summary>A page of the course.</summary>
/// <param name="Name">The name of its file, without .md.</param>
/// <param name="Parts">What it consists of, in order.</param>
internal sealed partial record LessonPage(string Name, IReadOnlyList<LessonPart> Parts)
{
    /// <summary>The folder of the course.</summary>
    public static string Folder { get; } = Path.Combine(SharedData.RepositoryRoot, "docs", "lessons");

    /// <summary>The lessons, in their order. Other pages of the folder have no number.</summary>
    public static string[] Names { get; } = [.. Directory.EnumerateFiles(Folder, "*.md")
        .Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => char.IsAsciiDigit(name[0])).Order(StringComparer.Ordinal)];

    /// <summary>The pages whose blocks are verified: the lessons, and the reference of the commands that they use.</summary>
    public static string[] Verified { get; } = [.. Names, "../laboratory"];

    /// <summary>The folder of its pictures.</summary>
    public string Pictures => Path.Combine(Path.GetDirectoryName(FileOf(Name))!, "pictures");

    /// <summary>All that is not in a block.</summary>
    public string Prose => string.Concat(Parts.Where(part => part.Language.Length == 0).Select(part => part.Text));

    /// <summary>Reads a page.</summary>
    public static LessonPage Read(string name)
    {
        var parts = new List<LessonPart>();
        string text = File.ReadAllText(FileOf(name)).ReplaceLineEndings("\n");
        int from = 0;
        foreach (Match block in Block().Matches(text))
        {
            parts.Add(new LessonPart("", "", text[from..block.Index]));
            parts.Add(new LessonPart(block.Groups["language"].Value, block.Groups["options"].Value.Trim(), block.Groups["lines"].Value));
            from = block.Index + block.Length;
        }

        parts.Add(new LessonPart("", "", text[from..]));
        return new LessonPage(name, parts);
    }

    /// <summary>Writes the page, with its blocks as they are now.</summary>
    public void Write()
    {
        var text = new StringBuilder();
        foreach (LessonPart part in Parts)
        {
            text.Append(part.Language.Length == 0 ? part.Text : $"```{$"{part.Language} {part.Options}".TrimEnd()}\n{part.Text}```");
        }

        File.WriteAllText(FileOf(Name), text.ToString());
    }

    private static string FileOf(string name) => Path.Combine(Folder, name + ".md");

    [GeneratedRegex("^```(?<language>\\w+)(?<options>[^\n]*)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
