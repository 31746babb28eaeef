// Only one process at a time may write a folder. The lock is a file, which the system unlocks when its process ends,
// however it ends.

using System.Globalization;

namespace Gpt2.Core.Files;

/// <summary>The right to write a folder, until disposed.</summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>The lock's name inside a folder that a process writes to for a long time, as training does.</summary>
    public const string InFolder = "training";

    private const string Unknown = "another process is writing it";
    private const int BusyOnLinux = 11, BusyOnMac = 35, BusyOnWindows = unchecked((int)0x80070020);
    private const string Ending = ".lock";
    private const int SecondsOfStamps = 1 << 30; // from 1970 to 2004: no clock sets such a time today
    private const int MaxAttempts = 1000; // other holders may come and go in between, but not that often

    private static readonly string OfThisProcess = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ");

    private readonly FileStream stream;
    private readonly string holder;
    private readonly List<string> madeFolders;

    private FolderLock(FileStream stream, string holder, List<string> madeFolders)
    {
        this.stream = stream;
        this.holder = holder;
        this.madeFolders = madeFolders;
    }

    /// <summary>
    /// Takes the lock unless another process has it. A lock file left by a killed process is taken over.
    /// </summary>
    /// <param name="path">
    /// The lock's name, to which extensions are added. Its folder may be a symbolic link, even a dangling one. Missing
    /// folders are created, and deleted with the lock if they are still empty.
    /// </param>
    /// <param name="doing">What other processes are told, for example "training in it".</param>
    /// <returns>The lock; null if another process has it.</returns>
    /// <exception cref="IOException">No file can be created there.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not create a file there.</exception>
    public static FolderLock? TryTake(string path, string doing)
    {
        path = Path.GetFullPath(path);
        string folder = FinalPath.Of(Path.GetDirectoryName(path)!);
        List<string> made = MakeFolders(folder);
        FolderLock? taken = null;
        try
        {
            taken = Take(Path.Combine(folder, Path.GetFileName(path)), made);
            if (taken is not null)
            {
                File.WriteAllText(taken.holder, $"{OfThisProcess}is {doing}");
            }

            return taken;
        }
        catch
        {
            taken?.Dispose();
            DeleteEmpty(made);
            throw;
        }
    }

    /// <summary>
    /// Refuses a folder in which another process is working: its files and those written here would get mixed up.
    /// </summary>
    /// <param name="folder">The folder, with all links followed.</param>
    /// <param name="named">What the user calls it.</param>
    /// <exception cref="Gpt2Exception">It is such a folder.</exception>
    internal static void RequireFree(string folder, string named)
    {
        string path = Path.Combine(folder, InFolder);
        if (!File.Exists(path + Ending))
        {
            return;
        }

        using FileStream? free = TryOpen(path + Ending);
        string holder = HolderOf(path);
        if (free is null && !holder.StartsWith(OfThisProcess, StringComparison.Ordinal))
        {
            throw Refusal(named, holder);
        }
    }

    /// <summary>The error for a folder in which another process is working.</summary>
    /// <param name="named">What the user calls it.</param>
    /// <param name="holder">Who is working there, see <see cref="HolderOf"/>.</param>
    public static Gpt2Exception Refusal(string named, string holder) =>
        new(holder) { Where = named, Remedy = "wait for it to finish, or choose another folder" };

    /// <summary>Who holds a lock and what for, as far as that is known.</summary>
    public static string HolderOf(string path)
    {
        try
        {
            string holder = RegularFile.ReadAllText(HolderFileOf(path));
            return holder.Length > 0 ? holder : Unknown;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unknown;
        }
    }

    /// <summary>
    /// Releases the folder. A file that cannot be deleted stays, like that of a killed process, and locks nothing.
    /// </summary>
    public void Dispose()
    {
        Attempt(() => File.Delete(holder));
        if (!OperatingSystem.IsWindows())
        {
            Attempt(() => File.Delete(stream.Name)); // before unlocking it: afterwards it may belong to another process
        }

        Attempt(stream.Dispose);
        DeleteEmpty(madeFolders);
    }

    private static void DeleteEmpty(List<string> folders) => Attempt(() =>
    {
        for (int last = folders.Count - 1; last >= 0 && Directory.Exists(folders[last]); last--)
        {
            if (Directory.EnumerateFileSystemEntries(folders[last]).Any())
            {
                return;
            }

            Directory.Delete(folders[last]);
        }
    });

    /// <summary>A failure to release the lock must not hide the outcome of the work done under it.</summary>
    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            // What is left is taken over by the next holder.
        }
    }

    private static FolderLock? Take(string path, List<string> made)
    {
        string file = path + Ending;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (TryOpen(file) is not FileStream stream)
            {
                return null;
            }

            bool isHeld = false;
            try
            {
                isHeld = IsStillThere(stream, file);
                if (isHeld)
                {
                    return new FolderLock(stream, HolderFileOf(path), made);
                }
            }
            finally
            {
                if (!isHeld)
                {
                    stream.Dispose();
                }
            }
        }

        throw new IOException("this file system does not keep the times set on files, which locking a folder requires");
    }

    private static string HolderFileOf(string path) => path + ".lock-holder";

    /// <summary>Creates missing folders and returns them, outermost first.</summary>
    private static List<string> MakeFolders(string folder)
    {
        var made = new List<string>();
        for (string? up = folder; up is not null && !Directory.Exists(up); up = Path.GetDirectoryName(up))
        {
            made.Insert(0, up);
        }

        Directory.CreateDirectory(folder);
        return made;
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            // Windows deletes the handle's own file. Elsewhere the name would be deleted, whoever owns it by then.
            FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, options);
        }
        catch (IOException e) when (e.HResult is BusyOnLinux or BusyOnMac or BusyOnWindows)
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows() && File.Exists(path))
        {
            return null; // it is being deleted
        }
    }

    /// <summary>
    /// Whether the locked file still has its name: its last holder may have deleted it after it was opened here, and
    /// then it locks nothing. A time stamp set through the handle must be seen through the name.
    /// </summary>
    private static bool IsStillThere(FileStream stream, string path)
    {
        DateTime stamp = DateTime.UnixEpoch.AddSeconds(2 * (Random.Shared.Next(SecondsOfStamps) / 2));
        File.SetLastWriteTimeUtc(stream.SafeFileHandle, stamp);
        return File.Exists(path) && File.GetLastWriteTimeUtc(path) == stamp;
    }
}
