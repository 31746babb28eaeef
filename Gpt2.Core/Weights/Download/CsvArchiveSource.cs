// The JavaScript edition's model: one archive, which is unpacked and read once so far that a missing or foreign file is found.

using Gpt2.Core.Model;

namespace Gpt2.Core.Weights.Download;

/// <summary>An archive of CSV files.</summary>
/// <param name="address">Where the archive is.</param>
/// <param name="limits">What the archive may hold.</param>
public sealed class CsvArchiveSource(Uri address, ArchiveLimits limits) : DownloadSource
{
    /// <summary>Text of numbers shrinks to about a third of itself.</summary>
    private const double Growth = 3.2;

    private const string ArchiveName = "archive.zip";

    public override string Description => HubClient.Shown(address);

    internal override IReadOnlyList<(string Name, Uri Address)> Files => [(ArchiveName, address)];

    internal override long BytesAbout => DownloadTable.Csv.Bytes;

    /// <summary>An archive is smaller than what may be unpacked of it.</summary>
    internal override long MostBytesOf(string file) => limits.Bytes;

    internal override long BytesBesides(long transferred) => (long)(Growth * transferred);

    internal override IReadOnlyList<RecordedFile> Finish(
        string work, string ready, IReadOnlyList<TransferredFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        string archive = Path.Combine(work, ArchiveName);
        try
        {
            IReadOnlyList<RecordedFile> unpacked = ArchiveUnpacking.Unpack(
                archive, ready, CsvLayout.FileOf("wte"), limits, progress, cancellation);
            Gpt2Config config = CsvLayout.ConfigOf(ready);
            CsvLayout.RequireFiles(ready, config);
            CsvLayout.TokenizerOf(ready, config);
            string sizes = Path.Combine(ready, HyperparametersFile.FileName);
            if (!File.Exists(sizes))
            {
                HyperparametersFile.Write(config, sizes); // the edition has none, and counting rows at every start takes seconds
            }

            return unpacked;
        }
        catch (Gpt2Exception e)
        {
            if (e.InnerException is not (IOException or UnauthorizedAccessException) or EndOfStreamException)
            {
                File.Delete(archive); // it is at fault, and not the disk: the next try fetches it anew
            }

            throw new Gpt2Exception($"{Description}: {e.Message.Replace(ready + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)}", e);
        }
    }
}
