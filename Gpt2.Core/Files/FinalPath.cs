// Where a path that is a symbolic link ends, so that what is written goes there and the link stays.

namespace Gpt2.Core.Files;

/// <summary>Follows symbolic links.</summary>
internal static class FinalPath
{
    private const int MostLinks = 40; // as many as Linux follows

    /// <summary>The full path that a path stands for. A link may dangle: then it is the path that it names.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : Follow(full, out _);
    }

    /// <summary>
    /// Whether a path names an open file of a process, such as /dev/stdout: what it leads to is no place for a new file.
    /// </summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static bool IsDescriptor(string path)
    {
        Follow(Path.GetFullPath(path), out bool isDescriptor);
        return isDescriptor;
    }

    /// <summary>Goes through the path name by name, since ".." in a link is relative to where the link really lies.</summary>
    private static string Follow(string path, out bool isDescriptor)
    {
        isDescriptor = false;
        string done = Path.GetPathRoot(path)!;
        var names = new Stack<string>();
        Push(path[done.Length..], names);
        for (int links = 0; names.TryPop(out string? name);)
        {
            if (name == "..")
            {
                done = Path.GetDirectoryName(done) ?? done;
                continue;
            }

            string next = Path.Combine(done, name);
            isDescriptor |= names.Count == 0 && IsFolderOfDescriptors(done);
            if (new FileInfo(next).LinkTarget is not string link)
            {
                done = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"{path}: its symbolic links lead in a circle");
            }

            string root = Path.GetPathRoot(link)!;
            done = root.Length > 0 ? Path.GetFullPath(root) : done;
            Push(link[root.Length..], names);
        }

        return done;
    }

    private static bool IsFolderOfDescriptors(string folder) =>
        folder == "/dev/fd" || (folder.StartsWith("/proc/", StringComparison.Ordinal) && Path.GetFileName(folder) == "fd");

    private static void Push(string path, Stack<string> names)
    {
        foreach (string name in path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (name != ".")
            {
                names.Push(name);
            }
        }
    }
}
