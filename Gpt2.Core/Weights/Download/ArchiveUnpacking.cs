// Unpacks an archive of CSV files that a stranger may have made: nothing is written outside the folder, and nothing beyond
// what was agreed. One entry that breaks a rule refuses the whole archive.

using System.Globalization;
using System.IO.Compression;
using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>What an archive may hold.</summary>
/// <param name="Entries">The maximum number of entries.</param>
/// <param name="Bytes">The maximum number of bytes of all files together, unpacked.</param>
public sealed record ArchiveLimits(int Entries = 2000, long Bytes = 8L << 30);

/// <summary>Unpacks the model in a zip archive.</summary>
public static class ArchiveUnpacking
{
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    /// <summary>Unpacks the files that lie beside a certain one; other entries are checked and left in the archive.</summary>
    /// <param name="archive">The zip file.</param>
    /// <param name="folder">An empty folder that is there.</param>
    /// <param name="landmark">The file that tells where in the archive the model lies, such as model_wte.csv.</param>
    /// <param name="limits">What the archive may hold.</param>
    /// <param name="progress">Is told of the bytes written; or null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The files.</returns>
    /// <exception cref="Gpt2Exception">It is no archive, is damaged, breaks a rule, or does not hold the landmark.</exception>
    public static IReadOnlyList<RecordedFile> Unpack(
        string archive, string folder, string landmark, ArchiveLimits limits, IProgress<TransferProgress>? progress,
        CancellationToken cancellation)
    {
        string name = Path.GetFileName(archive);
        if (FileKinds.Of(archive) is not FileKind.Zip and var kind)
        {
            throw new Gpt2Exception($"{name}: found {FileKinds.Describe(kind) ?? "no archive"}, expected a zip archive of CSV files; check the address");
        }

        try
        {
            using ZipArchive zip = ZipFile.OpenRead(archive);
            List<ZipArchiveEntry> files = Check(zip, name, limits);
            ZipArchiveEntry? mark = files.Find(entry => entry.Name == landmark);
            if (mark is null)
            {
                throw new Gpt2Exception($"{name}: holds no {landmark}, expected the CSV files of a model; check the address");
            }

            string place = FolderOf(mark);
            files = [.. files.Where(entry => FolderOf(entry) == place && !entry.Name.StartsWith('.'))];
            return Write(files, folder, name, limits, progress, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new Gpt2Exception($"{name}: the archive is damaged ({e.Message}); download it again", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception($"{folder}: cannot unpack into this folder ({WriteFailure.Reason(e)}); make room or name another", e);
        }
    }

    /// <summary>The files of an archive that keeps all rules.</summary>
    private static List<ZipArchiveEntry> Check(ZipArchive zip, string archive, ArchiveLimits limits)
    {
        if (zip.Entries.Count > limits.Entries)
        {
            throw Refused(archive, string.Create(CultureInfo.InvariantCulture, $"it holds {zip.Entries.Count} entries, expected at most {limits.Entries}"));
        }

        long bytes = 0;
        var files = new List<ZipArchiveEntry>(zip.Entries.Count);
        var paths = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string shown = Shortened(entry.FullName);
            if (Problem(entry) is string problem)
            {
                throw Refused(archive, $"entry '{shown}' {problem}");
            }

            if (!paths.Add(entry.FullName.TrimEnd('/')))
            {
                throw Refused(archive, $"entry '{shown}' is there twice, or differs from another only in upper and lower case");
            }

            bytes += entry.Length;
            if (entry.Length < 0 || bytes > limits.Bytes)
            {
                throw TooLarge(archive, limits);
            }

            if (!entry.FullName.EndsWith('/'))
            {
                files.Add(entry);
            }
        }

        return files;
    }

    /// <summary>What is wrong with an entry's name or kind, or null.</summary>
    private static string? Problem(ZipArchiveEntry entry)
    {
        string path = entry.FullName;
        if (path.Length == 0 || path.StartsWith('/') || path.AsSpan().ContainsAny('\\', ':'))
        {
            return "has a path that is absolute or of another system, expected folder/name";
        }

        string[] parts = path.TrimEnd('/').Split('/');
        if (parts.Any(part => part is "" or "." or ".." || part.EndsWith('.') || part.EndsWith(' ') || part.Any(char.IsControl)))
        {
            return "has a path that leads out of the folder or cannot be written on every system";
        }

        // Made on Unix, the upper half has the kind of file; elsewhere it is 0.
        int type = (entry.ExternalAttributes >> 16) & FileTypeMask;
        if (type is not (0 or RegularFile or Folder))
        {
            return "is a link or a device, expected files";
        }

        return entry.IsEncrypted ? "is encrypted, expected plain files" : null;
    }

    private static List<RecordedFile> Write(
        List<ZipArchiveEntry> files, string folder, string archive, ArchiveLimits limits, IProgress<TransferProgress>? progress,
        CancellationToken cancellation)
    {
        long expected = files.Sum(entry => entry.Length);
        long written = 0;
        var recorded = new List<RecordedFile>(files.Count);
        var block = new byte[1 << 17];
        foreach (ZipArchiveEntry entry in files)
        {
            using Stream input = entry.Open();
            using var output = new FileStream(Path.Combine(folder, entry.Name), FileMode.CreateNew, FileAccess.Write);
            var crc = new Crc32();
            using var run = new ChecksumRun(size: null);
            for (int read; (read = input.Read(block)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                written += read;
                if (written > limits.Bytes || output.Position + read > entry.Length)
                {
                    // What the archive says of its sizes need not be true.
                    throw TooLarge(archive, limits);
                }

                output.Write(block.AsSpan(0, read));
                crc.Add(block.AsSpan(0, read));
                run.Add(block.AsSpan(0, read));
                progress?.Report(new TransferProgress("unpacking", written, expected));
            }

            if (output.Position != entry.Length || crc.Value != entry.Crc32)
            {
                throw new InvalidDataException($"entry '{Shortened(entry.FullName)}' does not have the CRC-32 or the length that the archive states");
            }

            recorded.Add(new RecordedFile(entry.Name, entry.Length, run.Sha256(), "CRC-32"));
        }

        return recorded;
    }

    private static string FolderOf(ZipArchiveEntry entry) => entry.FullName[..^entry.Name.Length];

    private static string Shortened(string path)
    {
        const int Longest = 80;
        string text = string.Concat(path.Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    private static Gpt2Exception TooLarge(string archive, ArchiveLimits limits) =>
        Refused(archive, string.Create(CultureInfo.InvariantCulture, $"its files are larger than {limits.Bytes} bytes, or than it says"));

    private static Gpt2Exception Refused(string archive, string why) =>
        new($"{archive}: refused, {why}; nothing is unpacked: download it from where it was made");
}
