// Every file of a model, a download or a training run is opened for reading here, or checked here by code that opens it
// in another way. Opening a named pipe blocks until someone writes to it, and a device may never end: if a file is
// expected, both are rejected before they are opened. It is in the root namespace because Numerics, Text, Weights and
// Training all read files.

using System.Formats.Tar;
using System.Text;
using Gpt2.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace Gpt2.Core;

/// <summary>Opens regular files, and nothing else.</summary>
internal static class RegularFile
{
    private const long LargestSmall = 1 << 26; // larger than any vocabulary
    private const int NoErrorOfTheSystem = unchecked((int)0x80131620); // the code of an IOException not caused by a system call

    /// <summary>
    /// What a path is if it is not a regular file, for example "a named pipe"; null for a regular file or if nothing
    /// exists.
    /// </summary>
    public static string? Otherwise(string path)
    {
        if (Directory.Exists(path))
        {
            return "a folder";
        }

        if (OperatingSystem.IsWindows())
        {
            // Windows keeps pipes and devices out of folders, under names of their own.
            return Path.GetFullPath(path).StartsWith(@"\\.\", StringComparison.Ordinal) ? "a device" : null;
        }

        if (!File.Exists(path))
        {
            return null;
        }

        FileInfo end;
        try
        {
            end = new FileInfo(FinalPath.Of(path));
        }
        catch (IOException)
        {
            return "symbolic links that form a circle";
        }

        if (end.Exists)
        {
            return end.Length > 0 ? null : KindOfEmpty(end.FullName); // only something without a length can be another kind
        }

        // A descriptor, as in /dev/stdin, is a link to what is open and not to a path; any other link here is broken,
        // which opening finds.
        return end.Name.StartsWith("pipe:[", StringComparison.Ordinal) ? "a pipe"
            : end.Name.StartsWith("socket:[", StringComparison.Ordinal) ? "a socket"
            : null;
    }

    /// <summary>
    /// Whether something has this path: a file, but also a folder or a broken link, so that opening it says what it is.
    /// </summary>
    public static bool IsTaken(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>Throws unless a path is a regular file or does not exist, which opening it will find.</summary>
    /// <param name="path">The path.</param>
    /// <param name="expected">What was expected, for the message: "a file with …".</param>
    /// <param name="remedy">What to do if it is something else.</param>
    /// <exception cref="Gpt2Exception">It is something else.</exception>
    public static void Require(string path, string expected, string? remedy = null)
    {
        if (Otherwise(path) is string kind)
        {
            throw new Gpt2Exception($"found {kind}") { Where = path, Expected = expected, Remedy = remedy };
        }
    }

    /// <inheritdoc cref="File.OpenRead"/>
    /// <exception cref="IOException">It is not a regular file, or cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        ThrowUnlessRegular(path);
        return File.OpenRead(path);
    }

    /// <summary>A handle for reading at any offset. Others may read, delete or replace the file.</summary>
    /// <exception cref="IOException">It is not a regular file, or cannot be read.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        ThrowUnlessRegular(path);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
    }

    /// <inheritdoc cref="File.ReadAllBytes"/>
    /// <exception cref="IOException">It is not a regular file, or cannot be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        ThrowUnlessRegular(path);
        return File.ReadAllBytes(path);
    }

    /// <inheritdoc cref="File.ReadAllText(string, Encoding)"/>
    /// <exception cref="IOException">It is not a regular file, or cannot be read.</exception>
    public static string ReadAllText(string path)
    {
        ThrowUnlessRegular(path);
        return File.ReadAllText(path);
    }

    /// <summary>Reads a whole file of a model other than its weights.</summary>
    /// <param name="path">The path.</param>
    /// <param name="expected">What it should hold, for messages.</param>
    /// <param name="remedy">What to do if it is no regular file.</param>
    /// <exception cref="Gpt2Exception">It cannot be read, or is far too large.</exception>
    public static byte[] ReadSmall(string path, string expected, string? remedy = null)
    {
        Require(path, "a file with " + expected, remedy);
        try
        {
            return new FileInfo(path).Length is > LargestSmall and long length
                ? throw new Gpt2Exception($"found {length} bytes")
                {
                    Where = path,
                    Expected = $"{expected}, which is far smaller",
                    Remedy = "take the file of the model",
                }
                : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongFile.Unreadable(path, expected, e);
        }
    }

    /// <summary>
    /// For callers that put the path before the message of every <see cref="IOException"/> while reading.
    /// </summary>
    private static void ThrowUnlessRegular(string path)
    {
        if (Otherwise(path) is string kind)
        {
            throw new IOException($"it is {kind}, not a regular file");
        }
    }

    /// <summary>The only place where .NET distinguishes the kinds is when it adds a file to an archive.</summary>
    private static string? KindOfEmpty(string path)
    {
        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true);
            writer.WriteEntry(path, "file");
        }
        catch (IOException e) when (e.HResult == NoErrorOfTheSystem)
        {
            return "a socket"; // the only kind that cannot be added to an archive
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a regular file that is locked or not readable, since nothing else is opened for an archive; or it is gone
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType switch
        {
            TarEntryType.Fifo => "a named pipe",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "a device",
            _ => null,
        };
    }
}
