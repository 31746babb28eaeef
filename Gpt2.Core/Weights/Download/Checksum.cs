// Checksums as the hub states them: SHA-256 for large files, the SHA-1 of a git blob for small ones. SHA-1 finds damage on
// the way here; it is no protection against forgery.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gpt2.Core.Weights.Download;

/// <summary>Which checksum.</summary>
public enum ChecksumKind
{
    /// <summary>Of the bytes of the file.</summary>
    Sha256,

    /// <summary>Git's: of "blob", the length, a zero byte, and the bytes of the file.</summary>
    GitBlobSha1,
}

/// <summary>A checksum that a server states.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Hex">Lower-case hexadecimal digits.</param>
public sealed record Checksum(ChecksumKind Kind, string Hex)
{
    /// <summary>Its name for a reader.</summary>
    public string Name => Kind == ChecksumKind.Sha256 ? "SHA-256" : "git SHA-1";

    /// <summary>Reads an entity tag of the hub: 64 digits are a SHA-256, 40 a git SHA-1, anything else is none.</summary>
    public static Checksum? Parse(string? entityTag)
    {
        string digits = entityTag ?? "";
        digits = (digits.StartsWith("W/", StringComparison.Ordinal) ? digits[2..] : digits).Trim('"').ToLowerInvariant();
        return digits.All(char.IsAsciiHexDigit)
            ? digits.Length switch
            {
                64 => new Checksum(ChecksumKind.Sha256, digits),
                40 => new Checksum(ChecksumKind.GitBlobSha1, digits),
                _ => null,
            }
            : null;
    }
}

/// <summary>Computes checksums of a file while its bytes pass by.</summary>
public sealed class ChecksumRun : IDisposable
{
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? gitSha1;

    /// <param name="size">The size of the whole file, which a git SHA-1 begins with; null where it is not known.</param>
    public ChecksumRun(long? size)
    {
        if (size is long known)
        {
            gitSha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            gitSha1.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {known}\0")));
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        sha256.AppendData(bytes);
        gitSha1?.AppendData(bytes);
    }

    /// <summary>Adds what a stream still has.</summary>
    public async Task AddAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            Add(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The SHA-256 of what came.</summary>
    public string Sha256() => Convert.ToHexStringLower(sha256.GetCurrentHash());

    /// <summary>The checksum of a kind; null for a git SHA-1 without a size.</summary>
    public string? Of(ChecksumKind kind) =>
        kind == ChecksumKind.Sha256 ? Sha256() : gitSha1 is null ? null : Convert.ToHexStringLower(gitSha1.GetCurrentHash());

    public void Dispose()
    {
        sha256.Dispose();
        gitSha1?.Dispose();
    }
}
