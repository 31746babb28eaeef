// What servers state about a file. While the file is being downloaded, this is kept in a small JSON file next to the
// part, so that the rest can be requested later. The hub states a SHA-256 for large files and the SHA-1 of a git blob for
// small ones. SHA-1 detects damage in transit, but does not protect against forgery.

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gpt2.Core.Files;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// What is stated about a file on a server; null for what is not. The entity tag (a strong one) and the time of the last
/// change are those of the answer with the bytes.
/// </summary>
internal sealed record RemoteFile(
    long? Size = null, Checksum? Checksum = null, string? Commit = null, string? EntityTag = null, DateTimeOffset? LastModified = null)
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
            return JsonSerializer.Deserialize(RegularFile.ReadAllBytes(path), DownloadShapes.Default.RemoteFile)
                    is { Checksum: not { Hex: null } } file
                && (file.EntityTag is null || EntityTagHeaderValue.TryParse(file.EntityTag, out _)) ? file : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it, replacing the old one.</summary>
    public void Save(string path) => OutputFile.Write(path, stream => JsonSerializer.Serialize(stream, this, DownloadShapes.Default.RemoteFile));

    /// <summary>This, with gaps filled by what is stated elsewhere.</summary>
    public RemoteFile Or(RemoteFile? other) => other is null ? this : new(
        Size ?? other.Size, Checksum ?? other.Checksum, Commit ?? other.Commit, EntityTag ?? other.EntityTag, LastModified ?? other.LastModified);

    /// <summary>Whether both may be the same file: nothing that is stated about both differs.</summary>
    public bool MayBe(RemoteFile other) =>
        Agree(Size, other.Size) && Agree(Checksum, other.Checksum) && Agree(EntityTag, other.EntityTag);

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
            size, checksum, commit, isLast && answer.Headers.ETag is { IsWeak: false } ? tag : null, isLast ? content.LastModified : null));
    }

    private static bool Agree<T>(T one, T other) => one is null || other is null || one.Equals(other);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}

/// <summary>A checksum that a server states: a SHA-256 has 64 digits, a git SHA-1 has 40.</summary>
/// <param name="Hex">Lower-case hexadecimal digits.</param>
internal sealed record Checksum(string Hex)
{
    private const int Sha256Digits = 64, GitSha1Digits = 40;

    /// <summary>Its name in messages.</summary>
    public string Name => Hex.Length == Sha256Digits ? "SHA-256" : "git SHA-1";

    /// <summary>
    /// Reads an entity tag of the hub: 64 digits are a SHA-256, 40 a git SHA-1, and anything else is not a checksum.
    /// </summary>
    public static Checksum? Parse(string? entityTag)
    {
        string digits = entityTag ?? "";
        digits = (digits.StartsWith("W/", StringComparison.Ordinal) ? digits[2..] : digits).Trim('"').ToLowerInvariant();
        return digits.Length is Sha256Digits or GitSha1Digits && digits.All(char.IsAsciiHexDigit) ? new Checksum(digits) : null;
    }

    /// <summary>Computes this kind of checksum for a file at a path.</summary>
    public Task<string> OfAsync(RecordedFile file, string path, CancellationToken cancellation) =>
        Hex.Length == Sha256Digits ? Task.FromResult(file.Sha256) : GitSha1Async(path, cancellation);

    /// <summary>The SHA-256 of a file.</summary>
    public static async Task<string> Sha256Async(string path, CancellationToken cancellation)
    {
        using FileStream file = RegularFile.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false));
    }

    /// <summary>Git's checksum is over "blob", the length, a zero byte, and the bytes of the file.</summary>
    private static async Task<string> GitSha1Async(string path, CancellationToken cancellation)
    {
        using FileStream file = RegularFile.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(Invariant($"blob {file.Length}\0")));
        var block = new byte[1 << 16];
        for (int read; (read = await file.ReadAsync(block, cancellation).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(block, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
