// The hub states a SHA-256 for large files and the SHA-1 of a git blob for small ones. SHA-1 detects damage in transit,
// but does not protect against forgery.

using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

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
        using var sha1 = SHA1.Create();
        using var hashing = new CryptoStream(Stream.Null, sha1, CryptoStreamMode.Write);
        hashing.Write(Encoding.ASCII.GetBytes(Invariant($"blob {file.Length}\0")));
        await file.CopyToAsync(hashing, cancellation).ConfigureAwait(false);
        await hashing.FlushFinalBlockAsync(cancellation).ConfigureAwait(false);
        return Convert.ToHexStringLower(sha1.Hash!);
    }
}
