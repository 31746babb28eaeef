// Writing a folder so that nothing half-written is ever seen: files are made in a folder of their own and moved to the
// target when all are whole.

namespace Gpt2.Core.Files;

/// <summary>A folder that appears at its target when all its files are whole, or leaves nothing.</summary>
internal sealed class StagedFolder : IDisposable
{
    /// <summary>The name of a staged folder, inside its target, whose files are being moved up.</summary>
    private const string Moving = ".unfinished-";

    private readonly string named;
    private readonly string target;
    private readonly bool replaces; // an existing folder, in which other files stay
    private readonly FileStream held;

    /// <summary>Makes an empty folder beside the target, or inside it where the target is a folder already.</summary>
    private StagedFolder(string target)
    {
        named = target;
        (this.target, replaces, Path, held) = Try(target, () =>
        {
            if (FinalPath.IsDescriptor(target))
            {
                throw new IOException("it is an open file of this process and no folder");
            }

            string full = TargetOf(target);
            if (System.IO.File.Exists(full))
            {
                throw new IOException("a file of that name stands there");
            }

            FolderLock.RequireFree(full, target);
            bool there = Directory.Exists(full);
            string prefix = there ? full + System.IO.Path.DirectorySeparatorChar : full;
            string staged = PartialName.For(prefix);
            if (there || Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            {
                PartialName.DeleteStale(prefix);
            }

            Directory.CreateDirectory(staged);
            string hold = System.IO.Path.Combine(staged, PartialName.HeldFile);
            return (full, there, staged, new FileStream(hold, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        });
    }

    /// <summary>Where to write the files meanwhile.</summary>
    public string Path { get; }

    /// <summary>
    /// Writes files and moves them to the target. Where that exists, files of the same names are replaced one by one, and
    /// others stay. What cannot be written fails before any work is done.
    /// </summary>
    /// <param name="target">The folder; where it is a symbolic link, the one it leads to.</param>
    /// <param name="fill">Writes the files, with <see cref="Put"/>.</param>
    /// <param name="isObsolete">Tells of a name in the target whether it goes with the replaced files; null to keep all.</param>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The folder cannot be written.</exception>
    public static string[] Write(string target, Action<StagedFolder> fill, Func<string, bool>? isObsolete = null)
    {
        using var staged = new StagedFolder(target);
        fill(staged);
        staged.held.Dispose();
        return Try(target, () => Commit(staged.Path, staged.target, staged.replaces, isObsolete));
    }

    /// <summary>
    /// Moves a folder, whose files are whole, to a target on the same disk. Where that exists, its own files go. A failure
    /// leaves the folder as it is, unless files had begun to be replaced.
    /// </summary>
    /// <exception cref="Gpt2Exception">The target cannot be written.</exception>
    internal static void Publish(string whole, string target) => Try(target, () => Commit(whole, target, Directory.Exists(target), _ => true));

    /// <summary>Whether a folder holds anything but what a killed writer has left, or is a file.</summary>
    public static bool IsTaken(string folder)
    {
        string full = TargetOf(folder);
        if (!Directory.Exists(full))
        {
            return System.IO.File.Exists(full);
        }

        PartialName.DeleteStale(full + System.IO.Path.DirectorySeparatorChar);
        return Directory.EnumerateFileSystemEntries(full).Any();
    }

    /// <summary>
    /// Refuses a folder in which only some files were replaced, since the process that did it was killed: they do not belong
    /// together.
    /// </summary>
    /// <exception cref="Gpt2Exception">It is one.</exception>
    public static void RequireFinished(string folder)
    {
        if (Directory.EnumerateDirectories(folder, Moving + "*").FirstOrDefault(PartialName.IsStale) is string unfinished)
        {
            string rest = System.IO.Path.GetFileName(unfinished);
            throw new Gpt2Exception($"holds files of two models, since the process that replaced them was killed (the rest is in {rest})")
            {
                Where = folder,
                Remedy = "repeat the command that wrote it",
            };
        }
    }

    /// <summary>What was left in a folder of which only some files were replaced; null where that is not so.</summary>
    internal static string? UnfinishedIn(string folder) =>
        Directory.EnumerateDirectories(folder, Moving + "*").FirstOrDefault(PartialName.IsStale);

    /// <summary>Whether a path is what <see cref="UnfinishedIn"/> looks for.</summary>
    internal static bool IsUnfinished(string path) =>
        System.IO.Path.GetFileName(path).StartsWith(Moving, StringComparison.Ordinal) && Directory.Exists(path) && PartialName.IsStale(path);

    /// <summary>Runs an action that writes files here and does nothing else, so that what fails in it is this folder's fault.</summary>
    /// <exception cref="Gpt2Exception">They cannot be written.</exception>
    public void Put(Action write) => Try(named, () =>
    {
        write();
        return true;
    });

    /// <summary>The path of a file to write.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        held.Dispose();
        try
        {
            if (Directory.Exists(Path))
            {
                Directory.Delete(Path, recursive: true);
            }
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            // It stays, and goes with the next writer of this target; the real outcome matters more.
        }
    }

    private static string TargetOf(string folder) => System.IO.Path.TrimEndingDirectorySeparator(FinalPath.Of(System.IO.Path.TrimEndingDirectorySeparator(folder)));

    private static string[] Commit(string whole, string target, bool replaces, Func<string, bool>? isObsolete)
    {
        string[] files = [.. Directory.EnumerateFiles(whole).Select(file => System.IO.Path.GetFileName(file))];
        if (replaces)
        {
            Replace(whole, target, files, isObsolete);
        }
        else
        {
            Directory.Move(whole, target);
        }

        return files;
    }

    /// <summary>From the first name to the last the target is a mixture: while it is, the staged folder's name says so.</summary>
    private static void Replace(string whole, string target, string[] files, Func<string, bool>? isObsolete)
    {
        string[] abandoned = [.. Directory.EnumerateDirectories(target, Moving + "*").Where(PartialName.IsStale)];
        string moving = PartialName.For(target + System.IO.Path.DirectorySeparatorChar, Moving);
        Directory.Move(whole, moving);
        foreach (string file in files)
        {
            OutputFile.Replace(System.IO.Path.Combine(moving, file), System.IO.Path.Combine(target, file));
        }

        foreach (string file in Directory.EnumerateFiles(target).Where(file => isObsolete?.Invoke(System.IO.Path.GetFileName(file)) == true).ToArray())
        {
            if (!files.Contains(System.IO.Path.GetFileName(file)))
            {
                System.IO.File.Delete(file);
            }
        }

        Directory.Delete(moving);
        foreach (string other in abandoned)
        {
            Directory.Delete(other, recursive: true);
        }
    }

    private static T Try<T>(string named, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(named, "folder", e);
        }
    }
}
