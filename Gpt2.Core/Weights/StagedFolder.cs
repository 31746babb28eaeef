// Writing a folder so that nothing half-written is ever seen: files are made in a folder beside the target and
// moved to it when all are whole.

namespace Gpt2.Core.Weights;

/// <summary>A folder that appears at its target only on <see cref="Commit"/>; disposed before, it leaves nothing.</summary>
public sealed class StagedFolder : IDisposable
{
    private readonly string target;

    /// <summary>Makes an empty folder beside the target.</summary>
    /// <exception cref="Gpt2Exception">Nothing can be written there.</exception>
    public StagedFolder(string target)
    {
        this.target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        Path = this.target + ".partial-" + Guid.NewGuid().ToString("N")[..8];
        Try(() =>
        {
            if (System.IO.File.Exists(this.target))
            {
                throw new IOException("a file of that name stands there");
            }

            Directory.CreateDirectory(Path);
        });
    }

    /// <summary>Where to write the files meanwhile.</summary>
    public string Path { get; }

    /// <summary>The path of a file to write.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Moves the files to the target. Where that exists, files of the same names are replaced one by one, and others stay.
    /// </summary>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">A file cannot be moved.</exception>
    public string[] Commit()
    {
        string[] files = [.. Directory.EnumerateFiles(Path).Select(file => System.IO.Path.GetFileName(file))];
        Try(() =>
        {
            if (!Directory.Exists(target))
            {
                Directory.Move(Path, target);
                return;
            }

            foreach (string file in files)
            {
                System.IO.File.Move(File(file), System.IO.Path.Combine(target, file), overwrite: true);
            }

            Directory.Delete(Path);
        });
        return files;
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception($"{target}: cannot write this folder ({e.Message}); name another or set its rights", e);
        }
    }
}
