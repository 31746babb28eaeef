// Writing a file so that it is never seen half-written: it is made beside its target and renamed when it is whole.

using Gpt2.Core;

namespace Gpt2.Cli.Output;

/// <summary>A file that appears at its target only on <see cref="Commit"/>; disposed before, it leaves nothing.</summary>
internal sealed class StagedFile : IDisposable
{
    private readonly string target;

    /// <summary>Makes an empty file beside the target, so that what cannot be written fails before work is done for it.</summary>
    /// <exception cref="Gpt2Exception">Nothing can be written there.</exception>
    public StagedFile(string target)
    {
        this.target = target;
        Path = target + ".partial-" + Guid.NewGuid().ToString("N")[..8];
        Try(() =>
        {
            if (Directory.Exists(target))
            {
                throw new IOException("a folder of that name stands there");
            }

            File.Create(Path).Dispose();
        });
    }

    /// <summary>Where to write meanwhile.</summary>
    public string Path { get; }

    /// <summary>Moves the file to its target, in place of a file that stands there.</summary>
    /// <exception cref="Gpt2Exception">It cannot be moved.</exception>
    public void Commit() => Try(() => File.Move(Path, target, overwrite: true));

    public void Dispose() => File.Delete(Path);

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Gpt2Exception($"{target}: cannot write this file ({e.Message}); name another or set its rights", e);
        }
    }
}
