// The names of files and folders that are not whole yet, and the end of those whose writers were killed.

using System.Diagnostics;
using System.Globalization;

namespace Gpt2.Core.Files;

/// <summary>Names beside a target: "TARGET.partial-PROCESS-RANDOM".</summary>
internal static class PartialName
{
    /// <summary>What stands between the target's name and the process.</summary>
    public const string Partial = ".partial-";

    /// <summary>In a staged folder, held open by its writer as long as it writes.</summary>
    public const string HeldFile = ".held";

    /// <summary>A new name of this process.</summary>
    public static string For(string target, string mark = Partial) =>
        string.Create(CultureInfo.InvariantCulture, $"{target}{mark}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");

    /// <summary>Deletes what writers of a target that were killed have left. What cannot be deleted stays.</summary>
    public static void DeleteStale(string target) =>
        DeleteStale(Path.GetDirectoryName(target)!, name => name.StartsWith(Path.GetFileName(target) + Partial, StringComparison.Ordinal));

    /// <summary>Deletes what writers that were killed have left in a folder.</summary>
    public static void DeleteStaleIn(string folder) => DeleteStale(folder, _ => true);

    /// <summary>
    /// Whether the writer that made a name has ended. The process is looked for first; whether one of another container or
    /// machine still writes is told by the lock on its file.
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
            // Another process may be clearing up, or it is not ours to delete: nobody takes it for a whole file.
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
                return true; // a pipe or a device of that name is nothing of ours
            }

            if (File.Exists(file))
            {
                using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // its writer has it, or nobody can tell
        }
    }
}
