// Names for files and folders that are not complete yet, so that those left behind by killed processes can be deleted.

using System.Diagnostics;
using System.Globalization;

namespace Gpt2.Core.Files;

/// <summary>Names next to a target: "TARGET.partial-PROCESS-RANDOM".</summary>
internal static class PartialName
{
    /// <summary>The text between the target's name and the process id.</summary>
    public const string Partial = ".partial-";

    /// <summary>A file in a staged folder that its writer keeps open while it writes.</summary>
    public const string HeldFile = ".held";

    /// <summary>A new name of this process.</summary>
    public static string For(string target, string mark = Partial) =>
        string.Create(CultureInfo.InvariantCulture, $"{target}{mark}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");

    /// <summary>Deletes what killed writers of a target have left. What cannot be deleted stays.</summary>
    public static void DeleteStale(string target) =>
        DeleteStale(Path.GetDirectoryName(target)!, name => name.StartsWith(Path.GetFileName(target) + Partial, StringComparison.Ordinal));

    /// <summary>Deletes what killed writers have left in a folder.</summary>
    public static void DeleteStaleIn(string folder) => DeleteStale(folder, _ => true);

    /// <summary>
    /// Whether the writer that made a name has ended. The process is looked for first; the lock on the file shows
    /// whether a process in another container or on another machine is still writing.
    /// </summary>
    public static bool IsStale(string path)
    {
        string name = Path.GetFileName(path);
        string process = name[(name.LastIndexOf('-', name.Length - 10) + 1)..^9];
        return int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && !IsRunning(id) && !IsHeld(path);
    }

    private static void DeleteStale(string folder, Func<string, bool> isMeant)
    {
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*" + Partial + "*-????????"))
            {
                if (isMeant(Path.GetFileName(path)) && IsStale(path))
                {
                    Delete(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may be clearing up, or this user may not delete it. Its name shows that it is incomplete.
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsHeld(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, HeldFile) : path;
        try
        {
            if (RegularFile.Otherwise(file) is not null)
            {
                return true; // a pipe or a device with that name was not made by this program
            }

            if (File.Exists(file))
            {
                using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // its writer has it open, or it is not known
        }
    }
}
