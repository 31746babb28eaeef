// A model folder must never be seen incomplete, so it is downloaded under another name and renamed at the end:
//
//   TARGET.partial/                  what has been downloaded so far; stays when a download is interrupted
//   TARGET.partial/FILE              a complete file; FileTransfer describes the incomplete ones
//   TARGET.partial/download.json     the source, and which files are complete

using System.IO.Enumeration;
using Gpt2.Core.Files;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// How a download ended: the model folder, its record, and whether everything was already there, so that nothing was
/// done.
/// </summary>
internal sealed record DownloadResult(string Folder, DownloadRecord Record, bool AlreadyThere);

/// <summary>Downloads a model into a folder. The note receives what the user should know meanwhile.</summary>
internal sealed class ModelDownload(
    DownloadClient client, DownloadSource source, string folder, Action<string> note, IProgress<TransferProgress>? progress)
{
    private const int MaxPasses = 3;
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Names of files that belong to models, in any case of letters; a star stands for any characters. With --force all
    /// files of the existing folder are deleted, so it may contain only such files.
    /// </summary>
    private static readonly string[] ReplaceableFiles =
    [
        "model_*", "model.*", "model-*", "gpt2_*", "pytorch_model*", "config.json", "generation_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", VocabularyFile.FileName, "encoder.json",
        AddedTokensFile.FileName,
        HyperparametersFile.FileName, "checkpoint", SpreadsheetVocabulary.MergesFileName, SpreadsheetVocabulary.TokensFileName,
        DownloadRecord.FileName, "log.csv", "loss.svg", "README.md", "LICENSE", ".DS_Store",
    ];

    private readonly string target = FinalPath.Of(Path.TrimEndingDirectorySeparator(folder));
    private readonly string work = PartialFolderOf(folder);
    private readonly FileTransfer[] transfers =
        [.. source.Files.Select(file => new FileTransfer(client, note, progress, file, PartialFolderOf(folder)))];

    /// <summary>The folder of the files until all are complete.</summary>
    public static string PartialFolderOf(string folder) => FinalPath.Of(Path.TrimEndingDirectorySeparator(folder)) + ".partial";

    /// <summary>Downloads the model. Whatever ends this run, what has been downloaded is kept for the next.</summary>
    /// <exception cref="Gpt2Exception">
    /// It cannot be downloaded, is not what it should be, or cannot be written.
    /// </exception>
    public async Task<DownloadResult> RunAsync(bool force, CancellationToken cancellation)
    {
        if (Path.GetDirectoryName(target) is null)
        {
            throw new Gpt2Exception("found the root of a drive") { Where = target, Expected = "a folder for the model" };
        }

        try
        {
            (FolderLock taken, bool waited) = await LockAsync(cancellation).ConfigureAwait(false);
            using FolderLock held = taken;
            if (File.Exists(target))
            {
                const string Expected = "a folder or nothing", Remedy = "choose another name with --out";
                throw new Gpt2Exception("a file with that name already exists") { Where = target, Expected = Expected, Remedy = Remedy };
            }

            if (StagedFolder.IsTaken(target))
            {
                if ((!force || waited) && CompleteRecord() is DownloadRecord there)
                {
                    return new DownloadResult(target, there, AlreadyThere: true);
                }

                if (!force)
                {
                    const string Remedy = "choose another with --out, or add --force to replace the model in it";
                    throw new Gpt2Exception("the folder is not empty") { Where = target, Remedy = Remedy };
                }

                RequireModelOnly();
            }

            DownloadRecord begun = Begin();
            try
            {
                (string finished, DownloadRecord record) = await FetchAsync(begun, cancellation).ConfigureAwait(false);
                StagedFolder.Publish(finished, target);
                DeleteIfThere(work);
                return new DownloadResult(target, record, AlreadyThere: false);
            }
            catch when (Array.TrueForAll(transfers, transfer => transfer.BytesHere == 0))
            {
                DeleteIfThere(work); // there is nothing to continue with
                throw;
            }
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw WriteFailure.Of(target, "folder", e); // failures of the transfer have become other exceptions
        }
    }

    /// <summary>The record of a target that already has everything from the source; null if it does not.</summary>
    private DownloadRecord? CompleteRecord() =>
        StagedFolder.UnfinishedIn(target) is null && DownloadRecord.Load(target) is DownloadRecord there
        && there.Source == source.Description && there.IsWholeIn(target) ? there : null;

    /// <summary>Refuses a target with anything that does not belong to a model.</summary>
    private void RequireModelOnly()
    {
        string? other = Directory.EnumerateFileSystemEntries(target).Where(entry => !StagedFolder.IsUnfinished(entry)).FirstOrDefault(
            entry => Directory.Exists(entry)
                || !Array.Exists(ReplaceableFiles, pattern => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(entry))));
        if (other is not null)
        {
            string found = $"contains '{Path.GetFileName(other)}', which does not belong to a model";
            throw new Gpt2Exception(found) { Where = target, Remedy = "the folder is not replaced: choose another folder with --out" };
        }
    }

    /// <summary>Waits until no other process holds the folder.</summary>
    private async Task<(FolderLock Lock, bool Waited)> LockAsync(CancellationToken cancellation)
    {
        bool waited = false;
        FolderLock? taken;
        while ((taken = FolderLock.TryTake(target, "downloading it")) is null)
        {
            if (!waited)
            {
                note($"{target}: {FolderLock.HolderOf(target)}; waiting for it to finish (Ctrl-C stops waiting)");
            }

            waited = true;
            await Task.Delay(LockPoll, client.Settings.Clock, cancellation).ConfigureAwait(false);
        }

        return (taken, waited);
    }

    /// <summary>Continues with what an earlier run left from the same source; deletes what is from another.</summary>
    private DownloadRecord Begin()
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
    private async Task<(string Folder, DownloadRecord Record)> FetchAsync(DownloadRecord record, CancellationToken cancellation)
    {
        for (int pass = 1; pass <= MaxPasses; pass++)
        {
            foreach (FileTransfer transfer in transfers)
            {
                await transfer.AskAsync(cancellation).ConfigureAwait(false);
            }

            RequireSpace();
            string[] commits = [.. transfers.Select(transfer => transfer.Stated.Commit).OfType<string>().Distinct()];
            bool isSameVersion = commits.Length <= 1 || pass == MaxPasses; // until a file turns out to have changed
            for (int i = 0; isSameVersion && i < transfers.Length; i++)
            {
                FileTransfer transfer = transfers[i];
                RecordedFile? file = record.Files.FirstOrDefault(file => file.Name == transfer.Name);
                if (file is null || !await transfer.IsDoneAsync(file, cancellation).ConfigureAwait(false))
                {
                    file = await transfer.RunAsync(cancellation).ConfigureAwait(false);
                    record = record with { Files = [.. record.Files.Where(other => other.Name != file.Name), file] };
                    record.Save(work);
                    isSameVersion = await transfer.IsDoneAsync(file, cancellation).ConfigureAwait(false);
                }
            }

            if (isSameVersion)
            {
                RecordedFile[] received = [.. transfers.Select(transfer => record.Files.First(file => file.Name == transfer.Name))];
                (string finished, IReadOnlyList<RecordedFile> files) = source.Finish(work, received, progress, cancellation);
                record = new DownloadRecord(source.Description, commits.Length == 1 ? commits[0] : null, files);
                record.Save(finished);
                return (finished, record);
            }

            note($"{source.Description}: a file has changed meanwhile; checking all files again");
        }

        const string Changing = "the files keep changing while they are being downloaded";
        throw new Gpt2Exception(Changing) { Where = source.Description, Remedy = "repeat the command later" };
    }

    private void RequireSpace()
    {
        // The sum is null if the size of one file is not known.
        long whole = transfers.Aggregate((long?)0, (sum, transfer) => sum + transfer.Stated.Size) ?? source.ApproximateBytes;
        long needed = Math.Max(0, whole - transfers.Sum(transfer => transfer.BytesHere)) + (long)(source.Growth * whole);
        try
        {
            if (client.Settings.FreeSpace(work) is long free && free < needed)
            {
                string found = $"the download needs {ByteCount.Shown(needed)}, but only {ByteCount.Shown(free)} are free there";
                throw new Gpt2Exception(found) { Where = target, Remedy = "make room, or choose another place with --out" };
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
