// A stranger may have made the archive: nothing is written outside the folder or beyond the limits, and if one entry
// breaks a rule, the whole archive is refused.

using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>Unpacks the model in a zip archive.</summary>
internal static class ArchiveUnpacking
{
    /// <summary>The usual maximum of all files together, unpacked.</summary>
    public const long MaxBytes = 8L << 30;

    private const int MaxEntries = 2000;
    private const int FileTypeMask = 0xF000, RegularFileType = 0x8000, FolderType = 0x4000;

    /// <summary>Characters that separate or may not be in a name on some system.</summary>
    private static readonly SearchValues<char> ForbiddenInNames = SearchValues.Create("<>\"|?*\\:");

    /// <summary>
    /// Unpacks into an empty folder the files that are in the same folder of the archive as a landmark, such as
    /// model_wte.csv. Other entries are checked but not unpacked.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="Gpt2Exception">It is damaged, breaks a rule, or does not have the landmark.</exception>
    public static IReadOnlyList<RecordedFile> Unpack(
        string archive, string folder, string landmark, long maxBytes, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        string name = Path.GetFileName(archive);
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(archive);
            RequireSafe(zip, name, maxBytes);
            ZipArchiveEntry mark = zip.Entries.FirstOrDefault(entry => entry.Name == landmark)
                ?? throw new Gpt2Exception($"{landmark} is missing") { Where = name, Expected = "a model's CSV files", Remedy = "check the address" };
            ZipArchiveEntry[] files =
                [.. zip.Entries.Where(entry => entry.Name.Length > 0 && FolderOf(entry) == FolderOf(mark) && !entry.Name.StartsWith('.'))];
            long total = files.Sum(entry => entry.Length), done = 0;
            return Array.ConvertAll(files, entry => Write(
                entry, folder, bytes => progress?.Report(new TransferProgress("unpacking", done += bytes, total)), cancellation));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new Gpt2Exception($"the archive is damaged ({e.Message})", e) { Where = name, Remedy = "download it again" };
        }
    }

    /// <summary>Refuses an archive that is larger than the limits or has an entry that could do harm.</summary>
    private static void RequireSafe(ZipArchive zip, string name, long maxBytes)
    {
        if (zip.Entries.Count > MaxEntries)
        {
            throw Refusal(name, Invariant($"has {zip.Entries.Count} entries"), Invariant($"at most {MaxEntries}"));
        }

        long left = maxBytes;
        var paths = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            if (Problem(entry, paths) is (string found, var expected))
            {
                throw Refusal(new ErrorPlace(name, Part: $"entry '{Shown(entry)}'"), found, expected);
            }

            if (entry.Length < 0 || entry.Length > left)
            {
                throw Refusal(name, "its files are too large", Invariant($"at most {maxBytes} bytes"));
            }

            left -= entry.Length;
        }
    }

    /// <summary>What is wrong with the path or the kind of an entry, given the paths before it; null if nothing is.</summary>
    private static (string Found, string Expected)? Problem(ZipArchiveEntry entry, HashSet<string> paths)
    {
        string path = entry.FullName.TrimEnd('/');
        if (path.Any(char.IsControl)
            || path.Split('/').Any(part => part.Length == 0 || part[^1] is '.' or ' ' || part.AsSpan().ContainsAny(ForbiddenInNames)))
        {
            return ("has a path that leads out of the folder or cannot be written on every system", "folder/name");
        }

        // If the archive was made on Unix, the upper half has the type of file; otherwise it is 0.
        int type = (entry.ExternalAttributes >> 16) & FileTypeMask;
        return type is not (0 or RegularFileType or FolderType) ? ("is a link or a device", "files and folders")
            : entry.IsEncrypted ? ("is encrypted", "plain files")
            : !paths.Add(path) ? ("has the name of another entry", "names that differ not only in upper and lower case") : null;
    }

    private static Gpt2Exception Refusal(ErrorPlace where, string found, string expected) =>
        new(found) { Where = where, Expected = expected, Remedy = "nothing was unpacked: get the archive from its original source" };

    /// <summary>Writes one file. The size and CRC-32 that the archive states for it may be wrong.</summary>
    private static RecordedFile Write(ZipArchiveEntry entry, string folder, Action<int> report, CancellationToken cancellation)
    {
        using Stream input = entry.Open();
        using var output = new FileStream(Path.Combine(folder, entry.Name), FileMode.CreateNew, FileAccess.Write);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc = new Crc32();
        var block = new byte[1 << 17];
        for (int read; (read = input.Read(block, 0, (int)Math.Min(block.Length, entry.Length - output.Position))) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            output.Write(block, 0, read);
            crc.Append(block.AsSpan(0, read));
            sha256.AppendData(block, 0, read);
            report(read);
        }

        return output.Position == entry.Length && input.ReadByte() < 0 && crc.GetCurrentHashAsUInt32() == entry.Crc32
            ? new RecordedFile(entry.Name, entry.Length, Convert.ToHexStringLower(sha256.GetCurrentHash()), "CRC-32")
            : throw new InvalidDataException($"entry '{Shown(entry)}' does not have the CRC-32 or the length that the archive states");
    }

    private static string FolderOf(ZipArchiveEntry entry) => entry.FullName[..^entry.Name.Length];

    private static string Shown(ZipArchiveEntry entry) => VisibleText.Brief(entry.FullName);
}
