// Files that turn out to be something else than their name says: what downloads, clones and editors leave in place of a model's file.
// Every reader asks here when it fails, so that each says the same of such a file; the doctor does too.

namespace Gpt2.Core;

/// <summary>Refuses files that are not what their name says.</summary>
internal static class WrongFile
{
    /// <summary>Looks at a file that its reader could not make sense of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What should have stood there, in words that go after "expected".</param>
    /// <param name="isBinary">Whether it should hold numbers and not text.</param>
    /// <returns>What to throw; null where the file's first bytes do not say what it is.</returns>
    public static Gpt2Exception? Refusal(string path, string expected, bool isBinary = false)
    {
        FileKind kind = KindOf(path);
        bool isKnown = kind is FileKind.GitLfsPointer or FileKind.WebPage or FileKind.Zip or FileKind.Gzip || (kind is FileKind.Utf16 && !isBinary);
        return isKnown ? new Gpt2Exception($"found {FileKinds.Describe(kind)}") { Where = path, Expected = expected, Remedy = Remedy(kind) } : null;
    }

    /// <summary>What a file is; <see cref="FileKind.Other"/> too where it cannot be read, which is another's finding.</summary>
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

    /// <summary>What to do about a file of a kind; null where only the reader knows.</summary>
    public static string? Remedy(FileKind kind) => kind switch
    {
        FileKind.GitLfsPointer => "fetch the file itself: 'git lfs pull' in the clone, or download it again",
        FileKind.WebPage => "download the file itself; a page of the site, a login or an error was saved in its place",
        FileKind.Utf16 => "save it as UTF-8 (in PowerShell: -Encoding utf8)",
        FileKind.Zip => "unpack it, and put what is in it here",
        FileKind.Gzip => "unpack it with gunzip",
        _ => null,
    };
}
