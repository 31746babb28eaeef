// Finds a file that is there under almost its name: other case, another ending, a browser's or a system's addition.

using System.Text;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>The names in a folder.</summary>
internal sealed class FileNames
{
    private static readonly string[] Additions = [".txt", ".csv", ".json", ".bpe", ".download", ".part", ".crdownload", "(1)", "(2)", "- copy", " copy", "~", " "];

    private readonly string folder;
    private readonly HashSet<string> names;
    private readonly Dictionary<string, string> nameOfKey = [];

    public FileNames(string folder)
    {
        this.folder = folder;
        names = [.. Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))];
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            nameOfKey.TryAdd(KeyOf(name), name);
        }
    }

    /// <summary>All names.</summary>
    public IReadOnlyCollection<string> All => names;

    /// <summary>Whether a file or folder of exactly this name is there.</summary>
    public bool Has(string name) => names.Contains(name);

    /// <summary>The name of a file or folder that has this name or almost; null where there is none.</summary>
    public string? FindNearly(string name) => names.Contains(name) ? name : nameOfKey.GetValueOrDefault(KeyOf(name));

    /// <summary>The path of a file, under its name or almost its name; where it is the latter, a finding says so.</summary>
    /// <param name="name">The name it should have.</param>
    /// <param name="area">Of the finding.</param>
    /// <param name="findings">Receives the finding.</param>
    /// <returns>The path; null where there is no such file.</returns>
    public string? Find(string name, FindingArea area, FindingList findings)
    {
        string path = Path.Combine(folder, name);
        if (names.Contains(name))
        {
            return path;
        }

        if (FindNearly(name) is not string similar)
        {
            return null;
        }

        bool opens = File.Exists(path); // the file system takes upper and lower case for the same
        string found = $"found it under the name '{similar}'";
        string remedy = $"rename it to {name}";
        if (opens)
        {
            findings.Warning(area, name, found, remedy + ", which other systems insist on");
        }
        else
        {
            findings.Wrong(area, name, found, remedy);
        }

        return Path.Combine(folder, similar);
    }

    /// <summary>A name without case, separators, endings and the word "model".</summary>
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
