// A stranger may have made the archive: nothing is written outside the folder or beyond the limits, and if one entry
// breaks a rule, the whole archive is refused.

using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>The maximum number of entries of an archive, and of bytes of all its files together, unpacked.</summary>
internal sealed record ArchiveLimits(int Entries = 2000, long Bytes = 8L << 30);

/// <summary>Unpacks the model in a zip archive.</summary>
internal static class ArchiveUnpacking
{
    private static readonly SearchValues<char> ForbiddenOnWindows = SearchValues.Create("<>\"|?*");

    private const int FileTypeMask = 0xF000, RegularFileType = 0x8000, FolderType = 0x4000;

    /// <summary>
    /// Unpacks into an empty folder the files that are in the same folder of the archive as a landmark, such as
    /// model_wte.csv. Other entries are checked but not unpacked.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="Gpt2Exception">
    /// It is not an archive, is damaged, breaks a rule, or does not have the landmark.
    /// </exception>
    public static IReadOnlyList<RecordedFile> Unpack(
        string archive, string folder, string landmark, ArchiveLimits limits, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        const string CheckAddress = "check the address";
        string name = Path.GetFileName(archive);
        if (FileKinds.Of(archive) is not FileKind.Zip and var kind)
        {
            string found = FileKinds.Describe(kind) ?? "another kind of file";
            throw new Gpt2Exception($"found {found}") { Where = name, Expected = "a zip archive of CSV files", Remedy = CheckAddress };
        }

        try
        {
            using ZipArchive zip = ZipFile.OpenRead(archive);
            if (Problem(zip, limits) is string problem)
            {
                throw new Gpt2Exception($"refused, {problem}") { Where = name, Remedy = "nothing was unpacked: get it from its original source" };
            }

            ZipArchiveEntry mark = zip.Entries.FirstOrDefault(entry => entry.Name == landmark)
                ?? throw new Gpt2Exception($"{landmark} is missing") { Where = name, Expected = "the CSV files of a model", Remedy = CheckAddress };
            ZipArchiveEntry[] files =
                [.. zip.Entries.Where(entry => entry.Name.Length > 0 && FolderOf(entry) == FolderOf(mark) && !entry.Name.StartsWith('.'))];
            long total = files.Sum(entry => entry.Length), before = 0;
            var recorded = new List<RecordedFile>(files.Length);
            foreach (ZipArchiveEntry entry in files)
            {
                long start = before;
                recorded.Add(Write(
                    entry, folder, written => progress?.Report(new TransferProgress("unpacking", start + written, total)), cancellation));
                before += entry.Length;
            }

            return recorded;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new Gpt2Exception($"the archive is damaged ({e.Message})", e) { Where = name, Remedy = "download it again" };
        }
    }

    /// <summary>The rule that an archive breaks, or null.</summary>
    private static string? Problem(ZipArchive zip, ArchiveLimits limits)
    {
        if (zip.Entries.Count > limits.Entries)
        {
            return Invariant($"it has {zip.Entries.Count} entries, expected at most {limits.Entries}");
        }

        long left = limits.Bytes;
        var paths = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string? problem = Problem(entry)
                ?? (paths.Add(entry.FullName.TrimEnd('/')) ? null : "appears twice, or differs from another only in upper and lower case");
            if (problem is not null || entry.Length < 0 || entry.Length > left)
            {
                return problem is null ? Invariant($"its files are larger than {limits.Bytes} bytes") : $"entry '{Shown(entry)}' {problem}";
            }

            left -= entry.Length;
        }

        return null;
    }

    /// <summary>What is wrong with an entry's name or kind, or null.</summary>
    private static string? Problem(ZipArchiveEntry entry)
    {
        string path = entry.FullName;
        if (path.Length == 0 || path.StartsWith('/') || path.AsSpan().ContainsAny('\\', ':'))
        {
            return "has a path that is absolute or belongs to another system, expected folder/name";
        }

        string[] parts = path.TrimEnd('/').Split('/');
        if (parts.Any(part => part is "" or "." or ".." || part.EndsWith('.') || part.EndsWith(' ')
            || part.AsSpan().ContainsAny(ForbiddenOnWindows) || part.Any(char.IsControl)))
        {
            return "has a path that leads out of the folder or cannot be written on every system";
        }

        // If the archive was made on Unix, the upper half has the type of file; otherwise it is 0.
        int type = (entry.ExternalAttributes >> 16) & FileTypeMask;
        return type is not (0 or RegularFileType or FolderType) ? "is a link or a device, expected files"
            : entry.IsEncrypted ? "is encrypted, expected plain files" : null;
    }

    /// <summary>Writes one file. The size and CRC-32 that the archive states for it may be wrong.</summary>
    private static RecordedFile Write(ZipArchiveEntry entry, string folder, Action<long> report, CancellationToken cancellation)
    {
        using Stream input = entry.Open();
        using var output = new FileStream(Path.Combine(folder, entry.Name), FileMode.CreateNew, FileAccess.Write);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc = new Crc32();
        var block = new byte[1 << 17];
        for (int read; (read = input.Read(block)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (output.Position + read > entry.Length)
            {
                throw new InvalidDataException($"entry '{Shown(entry)}' is larger than the archive states");
            }

            output.Write(block, 0, read);
            crc.Append(block.AsSpan(0, read));
            sha256.AppendData(block, 0, read);
            report(output.Position);
        }

        return output.Position == entry.Length && crc.GetCurrentHashAsUInt32() == entry.Crc32
            ? new RecordedFile(entry.Name, entry.Length, Convert.ToHexStringLower(sha256.GetCurrentHash()), "CRC-32")
            : throw new InvalidDataException($"entry '{Shown(entry)}' does not have the CRC-32 or the length that the archive states");
    }

    private static string FolderOf(ZipArchiveEntry entry) => entry.FullName[..^entry.Name.Length];

    private static string Shown(ZipArchiveEntry entry)
    {
        const int Longest = 80;
        string text = string.Concat(entry.FullName.Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
