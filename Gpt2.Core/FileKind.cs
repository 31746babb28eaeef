// Recognises by its first bytes a file that is not what it should be: a Git LFS pointer, a web page saved under the
// file's name, an archive, text in UTF-16.

using System.Text;

namespace Gpt2.Core;

/// <summary>What the first bytes of a file say.</summary>
internal enum FileKind
{
    /// <summary>Nothing suspicious.</summary>
    Other,

    /// <summary>No bytes.</summary>
    Empty,

    /// <summary>The few lines that Git LFS stores in place of a large file.</summary>
    GitLfsPointer,

    /// <summary>HTML or XML.</summary>
    WebPage,

    /// <summary>Text of two bytes per character.</summary>
    Utf16,

    /// <summary>A zip archive, as the files of spreadsheet programs are.</summary>
    Zip,

    /// <summary>Compressed by gzip.</summary>
    Gzip,

    /// <summary>Bytes that do not occur in text.</summary>
    Binary,
}

/// <summary>Recognises kinds of files.</summary>
internal static class FileKinds
{
    private const int HeadLength = 1024;

    /// <summary>Reads the first bytes of a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FileKind Of(string path)
    {
        var head = new byte[HeadLength];
        using FileStream file = RegularFile.OpenRead(path);
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return Of(head.AsSpan(0, length));
    }

    /// <summary>
    /// The kind of a file that begins with these bytes; pass all its bytes if it is shorter than about a kilobyte.
    /// </summary>
    public static FileKind Of(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return FileKind.Empty;
        }

        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
        {
            return FileKind.Zip;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            return FileKind.Gzip;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || IsHalfZeros(head))
        {
            return FileKind.Utf16;
        }

        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith("version https://git-lfs.github.com/spec/", StringComparison.Ordinal))
        {
            return FileKind.GitLfsPointer;
        }

        string[] tags = ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--"];
        if (tags.Any(tag => text.StartsWith(tag, StringComparison.OrdinalIgnoreCase)))
        {
            return FileKind.WebPage;
        }

        return head.Contains((byte)0) ? FileKind.Binary : FileKind.Other;
    }

    /// <summary>What a file of a kind is, worded to follow "found"; null for <see cref="FileKind.Other"/>.</summary>
    public static string? Describe(FileKind kind) => kind switch
    {
        FileKind.Empty => "an empty file",
        FileKind.GitLfsPointer => "a Git LFS pointer in place of the file",
        FileKind.WebPage => "a web page saved under this name",
        FileKind.Utf16 => "text in UTF-16",
        FileKind.Zip => "a zip archive",
        FileKind.Gzip => "a file compressed by gzip",
        FileKind.Binary => "binary data",
        _ => null,
    };

    /// <summary>English text in UTF-16 without a byte-order mark: every second byte is zero.</summary>
    private static bool IsHalfZeros(ReadOnlySpan<byte> head)
    {
        const int Enough = 8;
        int even = 0, odd = 0;
        for (int i = 0; i < head.Length; i++)
        {
            int zero = head[i] == 0 ? 1 : 0;
            even += i % 2 == 0 ? zero : 0;
            odd += i % 2 == 1 ? zero : 0;
        }

        return head.Length >= Enough && ((even == 0 && odd == head.Length / 2) || (odd == 0 && even == (head.Length + 1) / 2));
    }
}
