// A file must never be seen half-written: it is written next to its target and renamed when it is complete. A symbolic
// link is kept and its target is replaced; a pipe or a device receives the bytes directly.

using System.Text;

namespace Gpt2.Core.Files;

/// <summary>
/// A file that appears at its target only on <see cref="Commit"/>; if it is disposed before that, nothing remains.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private const int BufferLength = 1 << 16;

    private readonly string named;
    private readonly string target;
    private readonly string? partial; // null if the bytes go straight to the target
    private readonly FileStream stream;

    /// <summary>
    /// Creates an empty file next to the target, so that a target that cannot be written fails before any work is done.
    /// </summary>
    /// <param name="path">The target. An existing file is replaced, and its permissions are kept.</param>
    /// <param name="cancellation">Stops waiting for the reader of a named pipe.</param>
    /// <exception cref="Gpt2Exception">Nothing can be written there.</exception>
    public OutputFile(string path, CancellationToken cancellation = default)
    {
        named = path;
        (target, partial, stream) = Try(() => Open(path, cancellation));
    }

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write, CancellationToken cancellation = default)
    {
        using var file = new OutputFile(path, cancellation);
        file.Write(write);
        file.Commit();
    }

    /// <summary>Writes a whole text.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a part of the file.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    /// <remarks>A failure in the action itself, such as reading another file, is not reported as this file's.</remarks>
    public void Write(Action<Stream> write)
    {
        using var guarded = new GuardedStream(stream, e => WriteFailure.Of(named, "file", e));
        write(guarded);
    }

    /// <summary>Finishes the file and moves it to its target.</summary>
    /// <exception cref="Gpt2Exception">The last bytes cannot be written, or the file cannot be moved.</exception>
    public void Commit() => Try(() =>
    {
        stream.Dispose();
        if (partial is not null)
        {
            Replace(partial, target);
        }

        return true;
    });

    public void Dispose()
    {
        try
        {
            stream.Dispose();
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            // The file was not committed, so the bytes that were not written do not matter.
        }

        try
        {
            if (partial is not null)
            {
                File.Delete(partial);
            }
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            // It stays until the next writer of this target deletes it; this must not hide the real outcome.
        }
    }

    /// <summary>Moves a file to its target. An existing file is replaced, and its permissions are kept.</summary>
    internal static void Replace(string from, string target)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            File.SetUnixFileMode(from, File.GetUnixFileMode(target));
        }

        File.Move(from, target, overwrite: true);
    }

    private static (string Target, string? Partial, FileStream Stream) Open(string path, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("a folder with that name already exists");
        }

        // Opening a named pipe blocks until it has a reader.
        bool takesBytesAsTheyCome = RegularFile.Otherwise(path) is not null || FinalPath.IsDescriptor(path);
        if (takesBytesAsTheyCome && CancellableOpening.Run(path, OpenExisting, cancellation) is FileStream there)
        {
            if (there.CanSeek)
            {
                there.Seek(0, SeekOrigin.End); // another program's output to the same open file must not be overwritten
            }

            return (path, null, there);
        }

        // On Windows, a file that is being read cannot be opened for writing, but it can be replaced.
        if (!OperatingSystem.IsWindows())
        {
            OpenExisting(path)?.Dispose(); // throws if it may not be written
        }

        string target = FinalPath.Of(path);
        FolderLock.RequireFree(Path.GetDirectoryName(target)!, path);
        PartialName.DeleteStale(target);
        string partial = PartialName.For(target);
        return (target, partial, new FileStream(partial, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferLength));
    }

    private static FileStream? OpenExisting(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, BufferLength);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private T Try<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (WriteFailure.Is(e) || e is ArgumentException)
        {
            throw WriteFailure.Of(named, "file", e);
        }
    }
}
