// The JavaScript edition's model is one archive. It is unpacked, and opened once so that missing or wrong files are
// found at download time.

using System.Security.Cryptography;
using System.Text;

namespace Gpt2.Core.Weights.Download;

/// <summary>An archive of CSV files. Neither it nor its unpacked files may have more than the maximum of bytes.</summary>
internal sealed class CsvArchiveSource(Uri address, long maxBytes = ArchiveUnpacking.MaxBytes)
    : DownloadSource(NameOf(address), DownloadTable.Csv.Bytes, new SourceFile(ArchiveName, address, maxBytes, FileKind.Zip))
{
    /// <summary>Numbers as text compress to about a third of their size.</summary>
    private const double Growth = 3.2;

    private const string ArchiveName = "archive.zip";

    public override long ExtraBytes(long transferred) => (long)(Growth * transferred);

    public override (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        string archive = Path.Combine(work, ArchiveName), model = Path.Combine(work, "unpacked");
        ModelDownload.DeleteIfThere(model); // left by a run that was stopped
        Directory.CreateDirectory(model);
        try
        {
            IReadOnlyList<RecordedFile> unpacked = ArchiveUnpacking.Unpack(archive, model, CsvLayout.FileOf("wte"), maxBytes, progress, cancellation);
            using ModelSource opened = ModelFolder.Open(model, ModelFormat.Csv);
            opened.RequireAll();
            opened.ReadTokenizer();
            string sizes = Path.Combine(model, HyperparametersFile.FileName);
            if (!File.Exists(sizes))
            {
                HyperparametersFile.Write(opened.Config, sizes); // the archive has none, and counting rows at every start takes seconds
            }

            return (model, unpacked);
        }
        catch (Gpt2Exception e)
        {
            bool isDisk = e.InnerException is (IOException and not EndOfStreamException) or UnauthorizedAccessException;
            if (!isDisk)
            {
                File.Delete(archive); // the archive is at fault, not the disk: the next attempt downloads it again
            }

            throw e.At(PlaceOf(e));
        }
    }

    /// <summary>The address without its query, which may be secret, but with a fingerprint of it: another query is another file.</summary>
    private static string NameOf(Uri address) => DownloadClient.Shown(address) + (address.Query.Length == 0 ? ""
        : $"?{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Query)))[..8]}");
}
