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
        return IsLink(full) ? Follow(full) : full;
    }

    /// <summary>
    /// Whether a path names an open file of a process, such as /dev/stdout: what it leads to is no place for a new file.
    /// </summary>
    public static bool IsDescriptor(string path)
    {
        string full = Path.GetFullPath(path);
        for (int links = 0; links < MostLinks; links++)
        {
            if (full.StartsWith("/proc/", StringComparison.Ordinal) || full.StartsWith("/dev/fd/", StringComparison.Ordinal))
            {
                return true;
            }

            if (new FileInfo(full).LinkTarget is not string link)
            {
                return false;
            }

            full = Path.GetFullPath(link, Path.GetDirectoryName(full)!);
        }

        return false;
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>Goes through the path name by name, since ".." in a link is relative to where the link really lies.</summary>
    private static string Follow(string path)
    {
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
