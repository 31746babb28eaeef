// What is remembered of a file that is whole, so that the next run need not fetch it again: a small JSON file beside it.

using System.Text.Json;

namespace Gpt2.Core.Weights.Download;

/// <summary>A whole file, and the checksum it was held against.</summary>
/// <param name="File">The file.</param>
/// <param name="Stated">The checksum that the server stated, or null.</param>
internal sealed record DoneFile(TransferredFile File, Checksum? Stated)
{
    private const string Ending = ".done.json";

    /// <summary>What is remembered of a file; null where that is nothing, makes no sense, or the file is not there in this length.</summary>
    public static DoneFile? Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<DoneFile>(RegularFile.ReadAllBytes(path + Ending)) is { File: { Sha256: not null, CheckedBy: not null } } done
                && done.File.Name == Path.GetFileName(path) && new FileInfo(path) is { Exists: true } there && there.Length == done.File.Bytes ? done : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Forgets it.</summary>
    public static void Delete(string path) => System.IO.File.Delete(path + Ending);

    public void Save(string path) => System.IO.File.WriteAllBytes(path + Ending, JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>Whether the server still has the same file, as far as it says.</summary>
    public bool Matches(RemoteFile now) =>
        (now.Size is null || now.Size == File.Bytes) && (now.Checksum is null || Stated is null || now.Checksum == Stated);
}
