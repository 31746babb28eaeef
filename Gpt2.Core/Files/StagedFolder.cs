// A half-written folder must never be seen: its files are written in a temporary folder and moved to the target when
// all are complete.

namespace Gpt2.Core.Files;

/// <summary>A folder that appears at its target when all its files are complete, or leaves nothing.</summary>
internal sealed class StagedFolder : IDisposable
{
    /// <summary>Marks the name of a staged folder inside its target while its files are being moved up.</summary>
    private const string Moving = ".unfinished-";

    private readonly string named;
    private readonly string target;
    private readonly bool replaces; // writes into an existing folder and keeps its other files
    private readonly FileStream held;

    /// <summary>Creates an empty folder next to the target, or inside it if the target already exists.</summary>
    private StagedFolder(string target)
    {
        named = target;
        (this.target, replaces, Path, held) = Try(target, () =>
        {
            if (FinalPath.IsDescriptor(target))
            {
                throw new IOException("it is an open file of this process, not a folder");
            }

            string full = TargetOf(target);
            if (System.IO.File.Exists(full))
            {
                throw new IOException("a file with that name already exists");
            }

            FolderLock.RequireFree(full, target);
            bool exists = Directory.Exists(full);
            string prefix = exists ? full + System.IO.Path.DirectorySeparatorChar : full;
            string staged = PartialName.For(prefix);
            if (exists || Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            {
                PartialName.DeleteStale(prefix);
            }

            Directory.CreateDirectory(staged);
            var held = new FileStream(
                System.IO.Path.Combine(staged, PartialName.HeldFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                bufferSize: 1, FileOptions.DeleteOnClose);
            return (full, exists, staged, held);
        });
    }

    /// <summary>The temporary folder, where the files are to be written.</summary>
    public string Path { get; }

    /// <summary>
    /// Writes files and moves them to the target. If the target exists, files with the same names are replaced one by
    /// one and the others are kept. A target that cannot be written fails before any work is done.
    /// </summary>
    /// <param name="target">The folder. A symbolic link is followed.</param>
    /// <param name="fill">Writes the files, with <see cref="Put"/>.</param>
    /// <param name="isObsolete">
    /// Whether an existing file, given by its name, is to be deleted with the replaced ones; null to keep all.
    /// </param>
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
    /// Moves a folder of complete files to a target on the same disk. If the target exists, its own files are deleted.
    /// On failure the folder stays as it is, unless some files had already been replaced.
    /// </summary>
    /// <exception cref="Gpt2Exception">The target cannot be written.</exception>
    internal static void Publish(string whole, string target) => Try(target, () => Commit(whole, target, Directory.Exists(target), _ => true));

    /// <summary>Whether a path is a file, or a folder that holds anything but the remains of a killed writer.</summary>
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
    /// Refuses a folder in which only some files were replaced because the process that did it was killed: its files do
    /// not belong together.
    /// </summary>
    /// <exception cref="Gpt2Exception">It is such a folder.</exception>
    public static void RequireFinished(string folder)
    {
        if (UnfinishedIn(folder) is string unfinished)
        {
            string rest = System.IO.Path.GetFileName(unfinished);
            throw new Gpt2Exception($"contains files of two models: the process that was replacing them was killed (the rest is in {rest})")
            {
                Where = folder,
                Remedy = "repeat the command that wrote it",
            };
        }
    }

    /// <summary>The rest of an unfinished replacement of the files in a folder; null if there is none.</summary>
    internal static string? UnfinishedIn(string folder) =>
        Directory.EnumerateDirectories(folder, Moving + "*").FirstOrDefault(PartialName.IsStale);

    /// <summary>Whether a path is what <see cref="UnfinishedIn"/> looks for.</summary>
    internal static bool IsUnfinished(string path) =>
        System.IO.Path.GetFileName(path).StartsWith(Moving, StringComparison.Ordinal) && Directory.Exists(path) && PartialName.IsStale(path);

    /// <summary>
    /// Runs an action that only writes files here, so that any failure in it can be reported as this folder's.
    /// </summary>
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
            // It stays until the next writer of this target deletes it; this must not hide the real outcome.
        }
    }

    private static string TargetOf(string folder) =>
        System.IO.Path.TrimEndingDirectorySeparator(FinalPath.Of(System.IO.Path.TrimEndingDirectorySeparator(folder)));

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

    /// <summary>
    /// From the first file to the last, the target is a mixture of two models. Meanwhile the staged folder's name says
    /// so.
    /// </summary>
    private static void Replace(string whole, string target, string[] files, Func<string, bool>? isObsolete)
    {
        string[] abandoned = [.. Directory.EnumerateDirectories(target, Moving + "*").Where(PartialName.IsStale)];
        string moving = PartialName.For(target + System.IO.Path.DirectorySeparatorChar, Moving);
        Directory.Move(whole, moving);
        foreach (string file in files)
        {
            OutputFile.Replace(System.IO.Path.Combine(moving, file), System.IO.Path.Combine(target, file));
        }

        foreach (string file in Directory.GetFiles(target))
        {
            string name = System.IO.Path.GetFileName(file);
            if (isObsolete?.Invoke(name) == true && !files.Contains(name))
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
