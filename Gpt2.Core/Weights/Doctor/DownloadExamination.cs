// Whatever their format, downloaded files can be compared with the record of their download, which shows any later
// damage.

using Gpt2.Core.Weights.Download;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Checks a folder against its download.json.</summary>
internal static class DownloadExamination
{
    /// <summary>Computes the SHA-256 of every recorded file; does nothing if there is no record.</summary>
    public static void Examine(string folder, FindingList findings, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(folder, DownloadRecord.FileName)))
        {
            return;
        }

        if (DownloadRecord.Load(folder) is not DownloadRecord record)
        {
            findings.Warning(
                FindingArea.Folder, DownloadRecord.FileName, "is not the record of a download", "delete it; the model does not need it");
            return;
        }

        const string Remedy = "download the model again with --force";
        int same = 0;
        foreach (RecordedFile file in record.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            string path = Path.Combine(folder, file.Name);
            if (!File.Exists(path))
            {
                findings.Wrong(FindingArea.Folder, file.Name, "was downloaded but no longer exists", Remedy);
            }
            else if (new FileInfo(path).Length != file.Bytes || Sha256Of(path, cancellation) != file.Sha256)
            {
                findings.Wrong(FindingArea.Folder, file.Name, "is not what was downloaded: size or SHA-256 differs", Remedy);
            }
            else
            {
                same++;
            }
        }

        if (same == record.Files.Count)
        {
            findings.Ok(FindingArea.Folder, DownloadRecord.FileName, $"all {same} files are as downloaded from {record.Source}");
        }
    }

    private static string? Sha256Of(string path, CancellationToken cancellation)
    {
        try
        {
            return Checksum.Sha256Async(path, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
