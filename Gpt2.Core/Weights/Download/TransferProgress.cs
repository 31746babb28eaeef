// How far a transfer is, for whoever shows it.

namespace Gpt2.Core.Weights.Download;

/// <summary>The state of one file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Done">Bytes that are here, those of earlier tries included.</param>
/// <param name="Size">Bytes of the whole, or null where the server does not say.</param>
public readonly record struct TransferProgress(string File, long Done, long? Size);

/// <summary>A file that is whole and checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256.</param>
/// <param name="CheckedBy">What the server stated and the file was held against: a checksum, its size, or nothing.</param>
public sealed record TransferredFile(string Name, long Bytes, string Sha256, string CheckedBy)
{
    /// <summary>The <see cref="CheckedBy"/> of a file of which the server stated nothing.</summary>
    public const string Unchecked = "nothing";
}
