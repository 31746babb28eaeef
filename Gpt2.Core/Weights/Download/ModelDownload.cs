// A model folder must never be seen incomplete, so it is downloaded under another name and renamed at the end:
//
//   TARGET.partial/                  what has been downloaded so far; stays when a download is interrupted
//   TARGET.partial/FILE              a complete file; FileTransfer describes the incomplete ones
//   TARGET.partial/download.json     the source, and which files are complete

using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// How a download ended: the model folder, its record, and whether everything was already there, so that nothing was
/// done.
/// </summary>
internal sealed record DownloadResult(string Folder, DownloadRecord Record, bool AlreadyThere);

/// <summary>Downloads models. The note receives what the user should know meanwhile.</summary>
internal sealed class ModelDownload(HubClient client, TransferSettings settings, Action<string> note, IProgress<TransferProgress>? progress)
{
    private const int MaxPasses = 3;
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>The folder of the files until all are complete.</summary>
    public static string PartialFolderOf(string target) => FinalPath.Of(Path.TrimEndingDirectorySeparator(target)) + ".partial";

    /// <summary>
    /// Downloads a model into a folder, which appears only when it is complete. Whatever ends this run, what has been
    /// downloaded is kept for the next.
    /// </summary>
    /// <exception cref="Gpt2Exception">
    /// It cannot be downloaded, is not what it should be, or cannot be written.
    /// </exception>
    public async Task<DownloadResult> RunAsync(DownloadSource source, string target, bool force, CancellationToken cancellation)
    {
        target = FinalPath.Of(Path.TrimEndingDirectorySeparator(target));
        string work = PartialFolderOf(target);
        if (Path.GetDirectoryName(target) is null)
        {
            throw new Gpt2Exception("found the root of a drive") { Where = target, Expected = "a folder for the model" };
        }

        try
        {
            (FolderLock taken, bool waited) = await LockAsync(target, cancellation).ConfigureAwait(false);
            using FolderLock held = taken;
            if (StagedFolder.IsTaken(target))
            {
                if ((!force || waited) && IsThere(source, target) is DownloadRecord there)
                {
                    return new DownloadResult(target, there, AlreadyThere: true);
                }

                if (!force)
                {
                    const string Remedy = "choose another with --out, or add --force to replace the model in it";
                    throw new Gpt2Exception("the folder is not empty") { Where = target, Remedy = Remedy };
                }

                ModelFolderContent.RequireModelOnly(target);
            }

            DownloadRecord begun = Begin(work, source);
            (string finished, DownloadRecord record) = await FetchAsync(source, target, work, begun, cancellation).ConfigureAwait(false);
            StagedFolder.Publish(finished, target);
            DeleteIfThere(work);
            return new DownloadResult(target, record, AlreadyThere: false);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(target, "folder", e); // failures of the transfer have become other exceptions
        }
    }

    /// <summary>The record of a folder that already has everything from the source; null if it does not.</summary>
    private static DownloadRecord? IsThere(DownloadSource source, string target) =>
        Directory.Exists(target) && StagedFolder.UnfinishedIn(target) is null && DownloadRecord.Load(target) is DownloadRecord there
        && there.Source == source.Description && there.IsWholeIn(target) ? there : null;

    /// <summary>Waits until no other process holds the folder.</summary>
    private async Task<(FolderLock Lock, bool Waited)> LockAsync(string target, CancellationToken cancellation)
    {
        for (bool waited = false; ; waited = true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FolderLock.TryTake(target, "downloading it") is FolderLock taken)
            {
                return (taken, waited);
            }

            if (!waited)
            {
                note($"{target}: {FolderLock.HolderOf(target)}; waiting for it to finish (Ctrl-C stops waiting)");
            }

            await Task.Delay(LockPoll, settings.Clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Continues with what an earlier run left from the same source; deletes what is from another.</summary>
    private static DownloadRecord Begin(string work, DownloadSource source)
    {
        PartialName.DeleteStaleIn(work); // files that a killed run had not renamed yet
        if (DownloadRecord.Load(work) is DownloadRecord begun && begun.Source == source.Description)
        {
            return begun;
        }

        if (!File.Exists(Path.Combine(work, DownloadRecord.FileName)) && StagedFolder.IsTaken(work))
        {
            const string Expected = "nothing, or an unfinished download", Remedy = "move it, or choose another folder with --out";
            throw new Gpt2Exception("is in the way") { Where = work, Expected = Expected, Remedy = Remedy };
        }

        DeleteIfThere(work);
        Directory.CreateDirectory(work);
        var record = new DownloadRecord(source.Description, null, []);
        record.Save(work);
        return record;
    }

    /// <summary>
    /// Transfers what is missing until all files are of the same version, and makes the finished folder from them.
    /// </summary>
    private async Task<(string Folder, DownloadRecord Record)> FetchAsync(
        DownloadSource source, string target, string work, DownloadRecord record, CancellationToken cancellation)
    {
        FileTransfer[] transfers = [.. source.Files.Select(file => new FileTransfer(client, settings, note, progress, file, work))];
        for (int pass = 1; pass <= MaxPasses; pass++)
        {
            var asked = new List<RemoteFile>();
            foreach (FileTransfer transfer in transfers)
            {
                asked.Add(await transfer.AskAsync(cancellation).ConfigureAwait(false));
            }

            string[] commits = [.. asked.Select(file => file.Commit).OfType<string>().Distinct()];
            bool isSameVersion = commits.Length <= 1 || pass == MaxPasses; // until a file turns out to have changed
            RequireSpace(source, target, work, transfers, asked);
            for (int i = 0; isSameVersion && i < transfers.Length; i++)
            {
                (FileTransfer transfer, RemoteFile stated) = (transfers[i], asked[i]);
                RecordedFile? file = record.Files.FirstOrDefault(file => file.Name == transfer.Name);
                if (file is null || !await IsSameAsync(file, stated, work, cancellation).ConfigureAwait(false))
                {
                    file = await transfer.RunAsync(stated, cancellation).ConfigureAwait(false);
                    record = record with { Files = [.. record.Files.Where(other => other.Name != file.Name), file] };
                    record.Save(work);
                    isSameVersion = await IsSameAsync(file, stated with { Size = null }, work, cancellation).ConfigureAwait(false);
                }
            }

            if (isSameVersion)
            {
                RecordedFile[] received = [.. transfers.Select(transfer => record.Files.First(file => file.Name == transfer.Name))];
                (string folder, IReadOnlyList<RecordedFile> files) = source.Finish(work, received, progress, cancellation);
                record = new DownloadRecord(source.Description, commits.Length == 1 ? commits[0] : null, files);
                record.Save(folder);
                return (folder, record);
            }

            note($"{source.Description}: a file has changed meanwhile; checking all files again");
        }

        const string Changing = "the files keep changing while they are being downloaded";
        throw new Gpt2Exception(Changing) { Where = source.Description, Remedy = "repeat the command later" };
    }

    /// <summary>
    /// Whether a completely downloaded file still exists, and is still what the server has, as far as it says.
    /// </summary>
    private static async Task<bool> IsSameAsync(RecordedFile file, RemoteFile stated, string work, CancellationToken cancellation) =>
        file.IsIn(work) && (stated.Size is null || stated.Size == file.Bytes)
        && (stated.Checksum is not Checksum checksum
            || checksum.Hex == await checksum.OfAsync(file, Path.Combine(work, file.Name), cancellation).ConfigureAwait(false));

    private void RequireSpace(DownloadSource source, string target, string work, FileTransfer[] transfers, List<RemoteFile> asked)
    {
        long whole = asked.TrueForAll(file => file.Size is not null) ? asked.Sum(file => file.Size!.Value) : source.ApproximateBytes;
        long needed = Math.Max(0, whole - transfers.Sum(transfer => transfer.BytesHere)) + source.ExtraBytes(whole);
        try
        {
            if (settings.FreeSpace(work) is long free && free < needed)
            {
                throw new Gpt2Exception($"the download needs {ByteCount.Shown(needed)}, but only {ByteCount.Shown(free)} are free there")
                {
                    Where = target,
                    Remedy = "make room, or choose another place with --out",
                };
            }
        }
        catch (Exception e) when (WriteFailure.Is(e) || e is ArgumentException)
        {
            // The free space is not known.
        }
    }

    internal static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
