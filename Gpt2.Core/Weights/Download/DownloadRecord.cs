// download.json records what was downloaded into a folder, from where, and with which checksums, so that the next
// download skips complete files and gpt2 doctor can find files that have changed since.

using System.Text.Json;
using System.Text.Json.Serialization;
using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>Where the files are from, the revision of the repository if it has one, and the complete files.</summary>
internal sealed record DownloadRecord(string Source, string? Commit, IReadOnlyList<RecordedFile> Files)
{
    public const string FileName = "download.json";

    /// <summary>The record of a folder; null if there is none or it cannot be read.</summary>
    public static DownloadRecord? Load(string folder)
    {
        try
        {
            DownloadRecord? record = JsonSerializer.Deserialize(
                RegularFile.ReadAllBytes(Path.Combine(folder, FileName)), DownloadShapes.Default.DownloadRecord);
            return record is { Source: not null, Files: not null }
                && record.Files.All(file => file is { Sha256: not null, CheckedBy: not null } && IsFileName(file.Name)) ? record : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Save(string folder) => OutputFile.WriteText(
        Path.Combine(folder, FileName), JsonSerializer.Serialize(this, DownloadShapes.Default.DownloadRecord) + "\n");

    /// <summary>Whether all its files are in a folder, going by their sizes.</summary>
    public bool IsWholeIn(string folder) => Files.All(file => file.IsIn(folder));

    private static bool IsFileName(string? name) =>
        name is { Length: > 0 } && name is not ("." or "..") && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':');
}

/// <summary>
/// A completely downloaded file, and what it was checked by: the SHA-256 or git SHA-1 that the server stated, its size,
/// the archive's CRC-32, or nothing.
/// </summary>
internal sealed record RecordedFile(string Name, long Bytes, string Sha256, string CheckedBy)
{
    /// <summary>The <see cref="CheckedBy"/> of a file for which the server stated only the size, or nothing.</summary>
    public const string BySize = "size", ByNothing = "nothing";

    /// <summary>Whether a folder has a file with this name and size.</summary>
    public bool IsIn(string folder) => new FileInfo(Path.Combine(folder, Name)) is { Exists: true } there && there.Length == Bytes;
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, NewLine = "\n",
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DownloadRecord))]
[JsonSerializable(typeof(RemoteFile))]
internal sealed partial class DownloadShapes : JsonSerializerContext;
