// What came, held against what the server stated: length and checksum, and whether it is the file at all.

using System.Globalization;

namespace Gpt2.Core.Weights.Download;

/// <summary>A whole file came, and not the one that was stated.</summary>
internal sealed class WrongChecksumException(string message) : Exception(message);

/// <summary>Checks files that have come.</summary>
internal static class TransferCheck
{
    /// <summary>Throws unless a part is the whole file that was stated.</summary>
    /// <param name="part">What came.</param>
    /// <param name="whole">What was stated.</param>
    /// <param name="run">The checksums of what came.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="TransferInterruptedException">It is shorter.</exception>
    /// <exception cref="WrongChecksumException">It is longer, or has another checksum.</exception>
    public static async Task RequireAsync(string part, TransferState whole, ChecksumRun run, CancellationToken cancellation)
    {
        long length = new FileInfo(part).Length;
        if (length < whole.Size)
        {
            throw new TransferInterruptedException(
                string.Create(CultureInfo.InvariantCulture, $"ended at byte {length} of {whole.Size}"));
        }

        if (length > whole.Size)
        {
            throw new WrongChecksumException(string.Create(CultureInfo.InvariantCulture, $"more bytes came than the {whole.Size} that the server states"));
        }

        if (whole.Checksum is Checksum stated)
        {
            string found = run.Of(stated.Kind) ?? await OfFileAsync(part, stated.Kind, length, cancellation).ConfigureAwait(false);
            if (found != stated.Hex)
            {
                throw new WrongChecksumException($"came with the {stated.Name} {found}, the server states {stated.Hex}");
            }
        }
    }

    /// <summary>Whether a page came that is not what was stated: of a login, or of an error.</summary>
    public static bool IsWebPage(string part, TransferState whole) =>
        FileKinds.Of(part) == FileKind.WebPage && (whole.Size != new FileInfo(part).Length || whole.Checksum is null);

    /// <summary>The error where a page came.</summary>
    public static Gpt2Exception WebPage(string name, string address) =>
        new($"{name}: a web page came in place of the file; does a proxy or a network want a login first? Open {address} in a browser");

    /// <summary>A git SHA-1 begins with the size: where that was not known before, the file is read once more.</summary>
    private static async Task<string> OfFileAsync(string part, ChecksumKind kind, long length, CancellationToken cancellation)
    {
        using var run = new ChecksumRun(length);
        using FileStream input = RegularFile.OpenRead(part);
        await run.AddAsync(input, cancellation).ConfigureAwait(false);
        return run.Of(kind)!;
    }
}
