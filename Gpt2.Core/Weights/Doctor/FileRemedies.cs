// Files that are not what their name says, whatever the format: looked at once, with a remedy for each kind.

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Looks at files before they are read.</summary>
internal static class FileRemedies
{
    /// <summary>What to do with a file that is damaged.</summary>
    public const string Again = "copy, convert or download the model again";

    /// <summary>What to do about numbers that are none.</summary>
    public const string TakeWholeWeights = "take the weights from where they are whole; a training that diverged cannot be repaired";

    /// <summary>Finds a file that is none, cannot be read, or is something else than it should be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="area">Of the finding.</param>
    /// <param name="findings">Receives the finding.</param>
    /// <param name="isBinary">Whether it should hold numbers and not text.</param>
    /// <returns>Whether it is worth reading.</returns>
    public static bool LooksReadable(string path, FindingArea area, FindingList findings, bool isBinary = false)
    {
        string name = Path.GetFileName(path);
        if (RegularFile.Otherwise(path) is string found)
        {
            findings.Wrong(area, name, $"found {found} of this name", "move it away and put the file there");
            return false;
        }

        FileKind kind;
        try
        {
            kind = FileKinds.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(area, name, $"cannot be read ({e.Message})", "set its rights, or copy the model again");
            return false;
        }

        if (kind == FileKind.Other || (isBinary && kind is FileKind.Binary or FileKind.Utf16))
        {
            return true;
        }

        findings.Wrong(area, name, $"found {FileKinds.Describe(kind)}", WrongFile.Remedy(kind) ?? Again);
        return false;
    }

    /// <summary>What a reader said of a file, as a finding says it: without the path, which the finding has, and the advice, which its remedy is.</summary>
    public static string Words(Gpt2Exception refusal, string path)
    {
        string words = refusal.Message.Replace(path, "", StringComparison.Ordinal).TrimStart(':', ' ');
        foreach (string advice in (string[])["copy or download it again", "copy or convert the model again"])
        {
            words = words.EndsWith(advice, StringComparison.Ordinal) ? words[..^advice.Length].TrimEnd(' ', ',', ';', ':') : words;
        }

        return words;
    }
}
