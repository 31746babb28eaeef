// One process at a time per folder: a lock file, which the system frees when its process ends, however that happens.

using System.Globalization;

namespace Gpt2.Core.Files;

/// <summary>The right to write a folder, until disposed.</summary>
public sealed class FolderLock : IDisposable
{
    private const string Unknown = "another process is writing it";
    private const int BusyOnLinux = 11, BusyOnMac = 35, BusyOnWindows = unchecked((int)0x80070020);
    private const int SecondsOfStamps = 1 << 30; // from 1970 to 2004: no clock of today makes such a time by itself

    private readonly FileStream stream;
    private readonly string holder;
    private readonly List<string> madeFolders;

    private FolderLock(FileStream stream, string holder, string doing, List<string> madeFolders)
    {
        this.stream = stream;
        this.holder = holder;
        this.madeFolders = madeFolders;
        File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} is {doing}"));
    }

    /// <summary>Takes the lock, unless another process has it. What a process that was killed has left is taken over.</summary>
    /// <param name="path">The lock's name, to which endings are added; folders above it are made, and go with it if nothing comes into them.</param>
    /// <param name="doing">What others are told, for example "training in it".</param>
    /// <returns>The lock; null where another process has it.</returns>
    /// <exception cref="IOException">No file can be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made there.</exception>
    public static FolderLock? TryTake(string path, string doing)
    {
        List<string> made = MakeFolders(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string file = path + ".lock";
        while (TryOpen(file) is FileStream stream)
        {
            if (IsStillThere(stream, file))
            {
                return new FolderLock(stream, HolderFileOf(path), doing, made);
            }

            stream.Dispose();
        }

        return null;
    }

    /// <summary>Who has a lock and what for, as far as that is known.</summary>
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

    public void Dispose()
    {
        File.Delete(holder);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(stream.Name); // before it is unlocked: later it may be another process's
        }

        stream.Dispose();
        for (int last = madeFolders.Count - 1; last >= 0 && Directory.Exists(madeFolders[last]); last--)
        {
            if (Directory.EnumerateFileSystemEntries(madeFolders[last]).Any())
            {
                return;
            }

            Directory.Delete(madeFolders[last]);
        }
    }

    private static string HolderFileOf(string path) => path + ".lock-holder";

    /// <summary>The folders that were made, from the outermost.</summary>
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
            // Windows deletes what a handle stands for; elsewhere the name would be deleted, whosever file bears it by then.
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
    /// Whether the file that was locked still bears its name: its last holder may have deleted it after it was opened here,
    /// and then it locks nothing. A time stamp set through the one must be seen through the other.
    /// </summary>
    private static bool IsStillThere(FileStream stream, string path)
    {
        DateTime stamp = DateTime.UnixEpoch.AddSeconds(2 * (Random.Shared.Next(SecondsOfStamps) / 2));
        File.SetLastWriteTimeUtc(stream.SafeFileHandle, stamp);
        return File.Exists(path) && File.GetLastWriteTimeUtc(path) == stamp;
    }
}
