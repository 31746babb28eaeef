// What servers state about a file. While the file is being downloaded, this is kept in a small JSON file next to the
// part, so that the rest can be requested later.

using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// A file on a server: its address without the query, and what is stated about it; null for what is not. The entity tag
/// (a strong one) and the time of the last change are those of the answer with the bytes.
/// </summary>
internal sealed record RemoteFile(
    string Address, long? Size = null, Checksum? Checksum = null, string? Commit = null, string? EntityTag = null,
    DateTimeOffset? LastModified = null)
{
    /// <summary>
    /// Whether it can be checked that a rest belongs to a part: by a validator that the server compares, or by the
    /// checksum of the whole file.
    /// </summary>
    public bool CanGoOn => EntityTag is not null || LastModified is not null || Checksum is not null;

    /// <summary>Reads it; null if there is none or it is damaged: then the download only has to start again.</summary>
    public static RemoteFile? Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(RegularFile.ReadAllBytes(path), RemoteFileShapes.Default.RemoteFile)
                    is { Address: not null, Checksum: not { Hex: null } } file
                && (file.EntityTag is null || EntityTagHeaderValue.TryParse(file.EntityTag, out _)) ? file : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it, replacing the old one.</summary>
    public void Save(string path) => OutputFile.Write(path, stream => JsonSerializer.Serialize(stream, this, RemoteFileShapes.Default.RemoteFile));

    /// <summary>This, with gaps filled by what is stated elsewhere.</summary>
    public RemoteFile Or(RemoteFile? other) => other is null ? this : new(
        Address, Size ?? other.Size, Checksum ?? other.Checksum, Commit ?? other.Commit, EntityTag ?? other.EntityTag,
        LastModified ?? other.LastModified);

    /// <summary>Whether both may be the same file: nothing that is stated about both differs.</summary>
    public bool MayBe(RemoteFile other) =>
        Address == other.Address && Agree(Size, other.Size) && Agree(Checksum, other.Checksum) && Agree(EntityTag, other.EntityTag);

    /// <summary>
    /// This, with gaps filled by one of the answers on the way to the file. The hub's own answer, which redirects to a
    /// store, has checksum and revision; the last answer describes the bytes.
    /// </summary>
    public RemoteFile Or(HttpResponseMessage answer)
    {
        string? commit = Header(answer, "X-Repo-Commit"), tag = answer.Headers.ETag?.Tag;
        HttpContentHeaders content = answer.Content.Headers;
        bool isLast = (int)answer.StatusCode is < 300 or >= 400;
        long? plain = content.ContentRange is ContentRangeHeaderValue range ? range.Length
            : (int)answer.StatusCode == 200 ? content.ContentLength : null;

        // For small files, the hub's plain entity tag is their git SHA-1; other servers' tags have no meaning.
        var checksum = Checksum.Parse(Header(answer, "X-Linked-Etag") ?? (commit is not null && answer.IsSuccessStatusCode ? tag : null));
        long? size = long.TryParse(Header(answer, "X-Linked-Size"), out long linked) && linked >= 0 ? linked : plain;
        return Or(new RemoteFile(
            Address, size, checksum, commit, isLast && answer.Headers.ETag is { IsWeak: false } ? tag : null, isLast ? content.LastModified : null));
    }

    private static bool Agree<T>(T one, T other) => one is null || other is null || one.Equals(other);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}

[JsonSerializable(typeof(RemoteFile))]
internal sealed partial class RemoteFileShapes : JsonSerializerContext;
