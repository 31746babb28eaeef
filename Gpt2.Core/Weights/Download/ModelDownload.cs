// The download of a model from beginning to end: one process at a time, space, transfers, checks, and the folder's name last.
//
//   TARGET.partial/              what has come so far; stays when a download is interrupted
//   TARGET.partial/source.txt    of which source it is
//   TARGET.partial/FILE          a whole file, with FILE.done.json
//   TARGET.partial/ready/        the finished folder, which is renamed to TARGET

using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>How a download ended.</summary>
/// <param name="Folder">The model folder.</param>
/// <param name="Record">What is in it.</param>
/// <param name="AlreadyThere">Whether it had been downloaded before, and nothing was done.</param>
public sealed record DownloadResult(string Folder, DownloadRecord Record, bool AlreadyThere);

/// <summary>Downloads models.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="settings">Time-outs and retries.</param>
/// <param name="note">Is told what a user should know meanwhile.</param>
/// <param name="progress">Is told of every block that came; or null.</param>
public sealed class ModelDownload(HubClient client, TransferSettings settings, Action<string> note, IProgress<TransferProgress>? progress)
{
    private const string MarkName = "source.txt";
    private const string ReadyName = "ready";
    private const int MostPasses = 3;

    private readonly RetryLoop questions = new(settings, note);

    /// <summary>Where the files stay until all are there.</summary>
    public static string PartialFolderOf(string target) => FinalPath.Of(Path.TrimEndingDirectorySeparator(target)) + ".partial";

    /// <summary>Downloads a model into a folder, which is there only when it is whole.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="target">The folder.</param>
    /// <param name="force">Whether a model that is there is replaced.</param>
    /// <param name="cancellation">Stops it; what has come stays for the next time.</param>
    /// <exception cref="Gpt2Exception">It cannot be had, is not what it should be, or cannot be written.</exception>
    public async Task<DownloadResult> RunAsync(DownloadSource source, string target, bool force, CancellationToken cancellation)
    {
        target = FinalPath.Of(Path.TrimEndingDirectorySeparator(target));
        string work = PartialFolderOf(target);
        if (Path.GetDirectoryName(target) is null)
        {
            throw new Gpt2Exception($"{target}: found the root of a drive, expected a folder for the model");
        }

        (FolderLock taken, bool waited) = await LockAsync(target, cancellation).ConfigureAwait(false);
        using (taken)
        {
            FolderReplacement.Recover(target);
            if (StagedFolder.IsTaken(target))
            {
                DownloadRecord? there = DownloadRecord.Load(target);
                if (there?.Source == source.Description && there.IsWholeIn(target) && (!force || waited))
                {
                    return new DownloadResult(target, there, AlreadyThere: true);
                }

                if (!force)
                {
                    throw new Gpt2Exception($"{target}: the folder is not empty; name another with --out or add --force to replace the model in it");
                }

                FolderReplacement.RequireModelOnly(target);
            }

            BeginWork(work, source);
            TakeBack(work, source);
            DownloadRecord record = await FetchAsync(source, target, work, cancellation).ConfigureAwait(false);
            FolderReplacement.Put(Path.Combine(work, ReadyName), target);
            Directory.Delete(work, recursive: true);
            return new DownloadResult(target, record, AlreadyThere: false);
        }
    }

    /// <summary>Waits until no other process holds the folder.</summary>
    private async Task<(FolderLock Lock, bool Waited)> LockAsync(string target, CancellationToken cancellation)
    {
        for (bool waited = false; ; waited = true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryLock(target) is FolderLock taken)
            {
                return (taken, waited);
            }

            if (!waited)
            {
                note($"{target}: {FolderLock.HolderOf(target)}; waiting for it to finish (Ctrl-C stops waiting)");
            }

            await settings.Wait(settings.LockPoll, cancellation).ConfigureAwait(false);
        }
    }

    private static FolderLock? TryLock(string target)
    {
        try
        {
            return FolderLock.TryTake(target, "downloading it");
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw new Gpt2Exception($"{target}: cannot write there ({WriteFailure.Reason(e)}); name another folder with --out or set its rights", e);
        }
    }

    /// <summary>Takes up what an earlier run left of the same source, and nothing of another.</summary>
    private static void BeginWork(string work, DownloadSource source)
    {
        string mark = Path.Combine(work, MarkName);
        if (Directory.Exists(work) && (!File.Exists(mark) || RegularFile.ReadAllText(mark) != source.Description))
        {
            if (!File.Exists(mark) && Directory.EnumerateFileSystemEntries(work).Any())
            {
                throw new Gpt2Exception($"{work}: is in the way, expected nothing or what a download left; move it or name another folder with --out");
            }

            Directory.Delete(work, recursive: true);
        }

        if (!File.Exists(mark))
        {
            Directory.CreateDirectory(work);
            File.WriteAllText(mark, source.Description);
        }
    }

    /// <summary>Files that an earlier run had put into the finished folder, which then could not be renamed.</summary>
    private static void TakeBack(string work, DownloadSource source)
    {
        foreach ((string name, _) in source.Files)
        {
            string finished = Path.Combine(work, ReadyName, name);
            if (File.Exists(finished))
            {
                File.Move(finished, Path.Combine(work, name), overwrite: true);
            }
        }
    }

    private async Task<DownloadRecord> FetchAsync(DownloadSource source, string target, string work, CancellationToken cancellation)
    {
        for (int pass = 1; ; pass++)
        {
            var asked = new List<RemoteFile>();
            foreach ((string name, Uri address) in source.Files)
            {
                asked.Add(await questions.RunAsync(
                    name, () => client.AskAsync(address, cancellation), () => 0, "check the connection, or repeat the command later", cancellation)
                    .ConfigureAwait(false));
            }

            string[] commits = [.. asked.Select(file => file.Commit).OfType<string>().Distinct()];
            if (commits.Length > 1 && pass < MostPasses)
            {
                note($"{source.Description}: a new version appeared in this moment; asking again");
                continue;
            }

            CheckSpace(source, target, work, asked);
            List<DoneFile> done = await TransferAsync(source, work, asked, cancellation).ConfigureAwait(false);
            if (done.Zip(asked).All(pair => pair.Second.Checksum is null || pair.First.Stated is null || pair.First.Stated == pair.Second.Checksum))
            {
                string ready = Path.Combine(work, ReadyName);
                Empty(ready);
                IReadOnlyList<RecordedFile> files = source.Finish(work, ready, [.. done.Select(file => file.File)], progress, cancellation);
                var record = new DownloadRecord(source.Description, commits.FirstOrDefault(), files);
                record.Save(ready);
                return record;
            }

            if (pass == MostPasses)
            {
                throw new Gpt2Exception($"{source.Description}: the files change while they are downloaded; repeat the command later");
            }

            note($"{source.Description}: a file has changed meanwhile; looking whether the others have, too");
        }
    }

    private async Task<List<DoneFile>> TransferAsync(DownloadSource source, string work, List<RemoteFile> asked, CancellationToken cancellation)
    {
        var done = new List<DoneFile>();
        var transfer = new ResumableTransfer(client, settings, note, progress, source.MostBytesOf);
        foreach (((string name, Uri address), RemoteFile stated) in source.Files.Zip(asked))
        {
            string path = Path.Combine(work, name);
            if (DoneFile.Load(path) is DoneFile earlier && earlier.Matches(stated))
            {
                done.Add(earlier);
                continue;
            }

            DoneFile.Delete(path);
            (TransferredFile file, Checksum? checksum) = await transfer.RunAsync(address, path, stated, cancellation).ConfigureAwait(false);
            var now = new DoneFile(file, checksum);
            now.Save(path);
            done.Add(now);
        }

        return done;
    }

    private void CheckSpace(DownloadSource source, string target, string work, List<RemoteFile> asked)
    {
        long whole = asked.TrueForAll(file => file.Size is not null) ? asked.Sum(file => file.Size!.Value) : source.BytesAbout;
        long here = source.Files.Sum(file => ResumableTransfer.BytesHere(Path.Combine(work, file.Name)));
        long needed = Math.Max(0, whole - here) + source.BytesBesides(whole);
        if (settings.FreeSpace(work) is long free && free < needed)
        {
            throw new Gpt2Exception(
                $"{target}: the download needs {ByteCount.Shown(needed)}, and {ByteCount.Shown(free)} are free there; make room or name another place with --out");
        }
    }

    private static void Empty(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
    }
}
