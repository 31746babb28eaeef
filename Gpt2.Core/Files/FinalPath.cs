// Writing to a symbolic link must replace the file it points to and keep the link.

namespace Gpt2.Core.Files;

/// <summary>Follows symbolic links.</summary>
internal static class FinalPath
{
    private const int MaxLinks = 40; // Linux's limit

    /// <summary>The full path after following all links. For a dangling link, it is the path the link names.</summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static string Of(string path) => Follow(Path.GetFullPath(path), out _);

    /// <summary>
    /// Whether a path names an open file of a process, such as /dev/stdout. No new file can be created in its place.
    /// </summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static bool IsDescriptor(string path)
    {
        Follow(Path.GetFullPath(path), out bool isDescriptor);
        return isDescriptor;
    }

    /// <summary>
    /// Goes through the path name by name, since ".." in a link is relative to the folder the link is really in.
    /// </summary>
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

            if (++links > MaxLinks)
            {
                throw new IOException($"{path}: its symbolic links form a circle");
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
        char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
        foreach (string name in path.Split(separators, StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (name != ".")
            {
                names.Push(name);
            }
        }
    }
}
