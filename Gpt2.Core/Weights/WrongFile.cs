// What a file turns out to be that should have held something else: the two things that downloads leave in place of a file.

namespace Gpt2.Core.Weights;

/// <summary>Recognises files that are not what their name says.</summary>
internal static class WrongFile
{
    /// <summary>The words for an error message, after a colon; empty where the file is none of these.</summary>
    public static string Hint(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
        {
            return ": this is a Git-LFS pointer in place of the file; 'git lfs pull' fetches it";
        }

        ReadOnlySpan<byte> text = start.TrimStart(" \t\r\n"u8);
        return text.StartsWith("<!"u8) || text.StartsWith("<html"u8) || text.StartsWith("<HTML"u8)
            ? ": this is an HTML page saved in place of the file; download the file itself"
            : "";
    }
}
