// One process at a time per target: a lock file beside the folder, which the system frees when its process ends, however
// that happens.

using System.Globalization;

namespace Gpt2.Core.Weights.Download;

/// <summary>The right to write a folder, until disposed.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream stream;
    private readonly string holder;

    private FolderLock(FileStream stream, string holder)
    {
        this.stream = stream;
        this.holder = holder;
        File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}"));
    }

    /// <summary>Waits until no other process holds the folder.</summary>
    /// <param name="target">The folder; that above it is there.</param>
    /// <param name="settings">How often to look.</param>
    /// <param name="note">Is told once who holds it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The lock, and whether there was somebody to wait for.</returns>
    public static async Task<(FolderLock Lock, bool Waited)> TakeAsync(
        string target, TransferSettings settings, Action<string> note, CancellationToken cancellation)
    {
        string path = target + ".lock";
        string holder = target + ".lock-holder";
        for (bool waited = false; ; waited = true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryOpen(path) is FileStream stream)
            {
                return (new FolderLock(stream, holder), waited);
            }

            if (!waited)
            {
                note($"{target}: {Read(holder)} is downloading it; waiting until that ends (Ctrl-C stops waiting)");
            }

            await settings.Wait(settings.LockPoll, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        File.Delete(holder);
        stream.Dispose(); // deletes the lock file, too
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static string Read(string holder)
    {
        try
        {
            return RegularFile.ReadAllText(holder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
