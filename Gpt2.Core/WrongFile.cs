// Files that are not what their name says: what downloads, clones and editors leave in place of a model's file. Every
// reader asks here when it fails, so that all say the same about such a file.

using Gpt2.Core.Files;

namespace Gpt2.Core;

/// <summary>Rejects files that are not what their name says.</summary>
internal static class WrongFile
{
    /// <summary>What to do about a damaged or missing file of a model.</summary>
    public const string Again = "copy, convert or download the model again";

    /// <summary>What to do about something else in place of a file.</summary>
    public const string MoveAway = "move it away and put the file there";

    /// <summary>What to do about numbers that are not finite.</summary>
    public const string TakeWhole = "take the weights from an intact copy; a training run that diverged cannot be repaired";

    /// <summary>Examines a file that its reader could not understand.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the file should be, worded to follow "expected".</param>
    /// <param name="isBinary">Whether it should hold numbers and not text.</param>
    /// <returns>The exception to throw; null if the file's first bytes do not show what it is.</returns>
    public static Gpt2Exception? Refusal(string path, string expected, bool isBinary = false)
    {
        FileKind kind = KindOf(path);
        return kind == FileKind.Other || (isBinary && kind is FileKind.Binary or FileKind.Utf16)
            ? null
            : new Gpt2Exception($"found {FileKinds.Describe(kind)}") { Where = path, Expected = expected, Remedy = Remedy(kind) ?? Again };
    }

    /// <summary>The exception for a file that cannot be opened or read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the file should be, worded to follow "expected".</param>
    /// <param name="e">The system's exception.</param>
    /// <param name="remedy">What to do if there is no such file.</param>
    public static Gpt2Exception Unreadable(string path, string? expected, Exception e, string? remedy = null)
    {
        if (RegularFile.Otherwise(path) is string kind)
        {
            return new Gpt2Exception($"found {kind}", e)
            {
                Where = path,
                Expected = expected ?? "a file",
                Remedy = MoveAway,
            };
        }

        if (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return new Gpt2Exception($"cannot be read ({WriteFailure.Reason(e)})", e)
            {
                Where = path,
                Expected = expected,
                Remedy = "change its permissions, or copy it again",
            };
        }

        string found = new FileInfo(path).LinkTarget is string target ? $"is a link to {target}, which does not exist" : "no such file";
        return new Gpt2Exception(found) { Where = path, Expected = expected, Remedy = remedy };
    }

    /// <summary>
    /// What a file is; also <see cref="FileKind.Other"/> if it cannot be read, which is reported elsewhere.
    /// </summary>
    public static FileKind KindOf(string path)
    {
        try
        {
            return FileKinds.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FileKind.Other;
        }
    }

    /// <summary>What to do about a file of a kind; null if only the reader knows.</summary>
    private static string? Remedy(FileKind kind) => kind switch
    {
        FileKind.GitLfsPointer => "fetch the file itself: 'git lfs pull' in the clone, or download it again",
        FileKind.WebPage => "download the file itself; a page of the site, a login or an error was saved in its place",
        FileKind.Utf16 => "save it as UTF-8 (in PowerShell: -Encoding utf8)",
        FileKind.Zip => "unpack it, and put what is in it here",
        FileKind.Gzip => "unpack it with gunzip",
        _ => null,
    };
}
