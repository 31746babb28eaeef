// Writing one file so that it is never seen half-written: it is made beside its target and renamed when it is whole. A
// symbolic link stays, and its target is written; a pipe or a device gets the bytes as they come.

using System.Text;

namespace Gpt2.Core.Files;

/// <summary>A file that appears at its target only on <see cref="Commit"/>; disposed before, it leaves nothing.</summary>
internal sealed class OutputFile : IDisposable
{
    private const int BufferLength = 1 << 16;

    private readonly string named;
    private readonly string target;
    private readonly string? partial; // null where the bytes go straight to the target
    private readonly FileStream stream;

    /// <summary>Makes an empty file beside the target, so that what cannot be written fails before work is done for it.</summary>
    /// <param name="path">The target. A file that stands there is replaced and keeps its rights.</param>
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
    /// <remarks>What fails in the action itself, such as reading another file, is not said of this one.</remarks>
    public void Write(Action<Stream> write)
    {
        using var guarded = new GuardedStream(stream, e => WriteFailure.Of(named, "file", e));
        write(guarded);
    }

    /// <summary>Ends the file and moves it to its target.</summary>
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
            // Not committed, so nobody misses the bytes that do not go out any more.
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
            // It stays, and goes with the next writer of this target; the real outcome matters more.
        }
    }

    /// <summary>Moves a file to its target. A file that is there already is replaced, and its permissions are kept.</summary>
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
            throw new IOException("a folder of that name stands there");
        }

        // Opening a named pipe waits for its reader.
        bool takesBytesAsTheyCome = RegularFile.Otherwise(path) is not null || FinalPath.IsDescriptor(path);
        if (takesBytesAsTheyCome && CancellableOpening.Run(path, OpenExisting, cancellation) is FileStream there)
        {
            if (there.CanSeek)
            {
                there.Seek(0, SeekOrigin.End); // as another program's output into the same open file is not to be overwritten
            }

            return (path, null, there);
        }

        if (!OperatingSystem.IsWindows()) // where a file that is being read cannot be opened for writing, and yet be replaced
        {
            OpenExisting(path)?.Dispose(); // that it opens shows that it may be written
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
