// Browsers and systems change the names of files a little: upper or lower case, an extension, "(1)". The loader names
// such files, and the doctor examines them.

using System.Text;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights;

/// <summary>The names in a folder, which can be searched for similar ones.</summary>
internal sealed class FileNames
{
    private static readonly string[] Additions =
        [".txt", ".csv", ".json", ".bpe", ".download", ".part", ".crdownload", "(1)", "(2)", "- copy", " copy", "~", " "];

    /// <summary>Names that are similar but mean different files.</summary>
    private static readonly string[] Alike = [VocabularyFile.FileName, HuggingFaceFolder.TokenIdsFileName];

    private readonly string folder;
    private readonly HashSet<string> names;
    private readonly Dictionary<string, string> nameOfKey = [];
    private readonly HashSet<string> reported = [];

    public FileNames(string folder)
    {
        this.folder = folder;
        names = [.. Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))];
        foreach (string name in names.Except(Alike).Order(StringComparer.Ordinal))
        {
            nameOfKey.TryAdd(KeyOf(name), name);
        }
    }

    /// <summary>The name of a file or folder with this name or a similar one; null if there is none.</summary>
    public string? FindNearly(string name) => names.Contains(name) ? name : nameOfKey.GetValueOrDefault(KeyOf(name));

    /// <summary>The path of a file with this name or a similar one; in the latter case that is reported once.</summary>
    /// <param name="name">The name the file should have.</param>
    /// <param name="report">Receives the error.</param>
    public string PathOf(string name, Action<Gpt2Exception> report)
    {
        if (Misnamed(name) is Gpt2Exception misnamed && reported.Add(name))
        {
            report(misnamed);
        }

        return Path.Combine(folder, FindNearly(name) ?? name);
    }

    /// <summary>The error for a file that has a similar name instead of its own; null if it has its own, or there is none.</summary>
    public Gpt2Exception? Misnamed(string name)
    {
        string path = Path.Combine(folder, name);

        // The file system may ignore upper and lower case.
        return FindNearly(name) is not string similar || similar == name ? null : new Gpt2Exception($"found it under the name '{similar}'")
        {
            Where = path,
            Remedy = $"rename it to {name}{(File.Exists(path) ? ", which other systems require" : "")}",
        };
    }

    /// <summary>The same for a path; null also if something can be opened there, whatever it is.</summary>
    public static Gpt2Exception? MisnamedAt(string path) =>
        !RegularFile.IsTaken(path) && Path.GetDirectoryName(Path.GetFullPath(path)) is string folder && Directory.Exists(folder)
            ? new FileNames(folder).Misnamed(Path.GetFileName(path)) : null;

    /// <summary>A name in lower case, without separators, extensions and the word "model" at its beginning.</summary>
    private static string KeyOf(string name)
    {
        string rest = name.ToLowerInvariant();
        for (bool cut = true; cut;)
        {
            cut = false;
            foreach (string addition in Additions)
            {
                if (rest.EndsWith(addition, StringComparison.Ordinal) && rest.Length > addition.Length)
                {
                    rest = rest[..^addition.Length];
                    cut = true;
                }
            }
        }

        var key = new StringBuilder();
        foreach (char c in rest.Where(char.IsAsciiLetterOrDigit))
        {
            key.Append(c);
        }

        const string Model = "model";
        string text = key.ToString();
        return text.StartsWith(Model, StringComparison.Ordinal) && text.Length > Model.Length ? text[Model.Length..] : text;
    }
}
