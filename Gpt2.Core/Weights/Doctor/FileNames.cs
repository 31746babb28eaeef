// Browsers and systems change the names of files a little: upper or lower case, an extension, "(1)". The doctor finds
// such files and examines them.

using System.Text;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Doctor;

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

    /// <summary>The path of a file with this name or a similar one; in the latter case it adds a finding.</summary>
    /// <param name="name">The name the file should have.</param>
    /// <param name="findings">Receives the finding.</param>
    public string PathOf(string name, FindingList findings)
    {
        string similar = FindNearly(name) ?? name;
        if (similar != name && reported.Add(name))
        {
            // The file system may ignore upper and lower case.
            bool opens = File.Exists(Path.Combine(folder, name));
            Action<FindingArea, string, string, string> add = opens ? findings.Warning : findings.Wrong;
            string remedy = $"rename it to {name}{(opens ? ", which other systems require" : "")}";
            add(FindingArea.Folder, name, $"found it under the name '{similar}'", remedy);
        }

        return Path.Combine(folder, similar);
    }

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
