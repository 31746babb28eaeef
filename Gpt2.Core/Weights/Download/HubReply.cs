// An answer of a server together with what the hub said of the file on the way to it: the hub redirects to a store of
// large files, and only its own answer has checksum and revision.

using System.Net.Http.Headers;

namespace Gpt2.Core.Weights.Download;

/// <summary>What is known of a file before its bytes.</summary>
/// <param name="Size">Bytes of the whole file, or null.</param>
/// <param name="Checksum">Its checksum as the server states it, or null.</param>
/// <param name="Commit">The revision of the repository, or null.</param>
public sealed record RemoteFile(long? Size, Checksum? Checksum, string? Commit)
{
    /// <summary>Nothing is known.</summary>
    public static RemoteFile Unknown { get; } = new(null, null, null);

    /// <summary>This, with the gaps filled from another source.</summary>
    public RemoteFile Or(RemoteFile other) => new(Size ?? other.Size, Checksum ?? other.Checksum, Commit ?? other.Commit);
}

/// <summary>The last answer of a chain of redirections, and what the chain said of the file.</summary>
internal sealed class HubReply(HttpResponseMessage response, RemoteFile file) : IDisposable
{
    private const string LinkedTag = "X-Linked-Etag";
    private const string LinkedSize = "X-Linked-Size";
    private const string RepositoryCommit = "X-Repo-Commit";

    public HttpResponseMessage Response => response;

    /// <summary>What the chain said, and where it did not, what the last answer's own headers say.</summary>
    public RemoteFile File => file.Or(new RemoteFile(SizeOf(response), null, null));

    /// <summary>The validator for If-Range: a strong entity tag, or else the time of the last change; null without either.</summary>
    public string? EntityTag => response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;

    public DateTimeOffset? LastModified => response.Content.Headers.LastModified;

    /// <summary>What one answer of the chain says of the file.</summary>
    public static RemoteFile Stated(HttpResponseMessage answer)
    {
        string? commit = Header(answer, RepositoryCommit);
        string? tag = Header(answer, LinkedTag);
        if (tag is null && commit is not null && (int)answer.StatusCode < 300)
        {
            // The hub names small files by their git SHA-1 in the plain entity tag; other servers' tags mean nothing.
            tag = answer.Headers.ETag?.Tag;
        }

        long? size = long.TryParse(Header(answer, LinkedSize), out long linked) && linked >= 0 ? linked : null;
        return new RemoteFile(size, Checksum.Parse(tag), commit);
    }

    public void Dispose() => response.Dispose();

    private static long? SizeOf(HttpResponseMessage answer)
    {
        ContentRangeHeaderValue? range = answer.Content.Headers.ContentRange;
        return range is not null ? range.Length : (int)answer.StatusCode == 200 ? answer.Content.Headers.ContentLength : null;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
