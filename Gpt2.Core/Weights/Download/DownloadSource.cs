// A source says which files to download from where, and how to make a model folder of them. Downloading them is the job
// of ModelDownload and FileTransfer.

using System.Security.Cryptography;
using System.Text;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// A file to transfer. A file of more than <paramref name="MaxBytes"/> bytes or of another kind is the wrong one,
/// whatever the server states.
/// </summary>
internal sealed record SourceFile(string Name, Uri Address, long MaxBytes, FileKind Kind);

/// <summary>Where a model comes from.</summary>
internal abstract class DownloadSource(string description, long approximateBytes, double growth, params IReadOnlyList<SourceFile> files)
{
    /// <summary>
    /// Names the source in messages and in the record. Two downloads with the same description are of the same files.
    /// </summary>
    public string Description => description;

    public IReadOnlyList<SourceFile> Files => files;

    /// <summary>About how many bytes all files have together, in case the server does not say.</summary>
    public long ApproximateBytes => approximateBytes;

    /// <summary>How many bytes are written in addition to every byte transferred.</summary>
    public double Growth => growth;

    /// <summary>
    /// Makes the finished model folder from the downloaded files and checks it. It is the work folder or a folder in
    /// it.
    /// </summary>
    /// <exception cref="Gpt2Exception">The files are not what they should be.</exception>
    public abstract (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation);

    /// <summary>
    /// Runs a check. If it fails and not because of the disk, the files that may be wrong are deleted, so that the next
    /// attempt downloads them again. The error is at this source, since users do not know the work folder.
    /// </summary>
    protected T Check<T>(string work, IEnumerable<RecordedFile> doubtful, Func<T> check, string? remedy = null)
    {
        try
        {
            return check();
        }
        catch (Gpt2Exception e) when (e.InnerException is not (IOException or UnauthorizedAccessException) or EndOfStreamException)
        {
            Array.ForEach([.. doubtful], file => File.Delete(Path.Combine(work, file.Name)));
            string? part = e.Where is ErrorPlace where ? (where with { Name = Path.GetFileName(where.Name) }).ToString() : null;
            throw e.At(new(Description, Part: part), remedy);
        }
    }
}

/// <summary>A model on a hub, at its address. It needs no unpacking: its files are the model folder.</summary>
internal sealed class HubSource(string endpoint, KnownModel model)
    : DownloadSource(AddressOf(endpoint, model), model.Bytes, growth: 0, [.. DownloadTable.HubFiles.Select(name => FileOf(endpoint, model, name))])
{
    public override (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        foreach (RecordedFile file in files.Where(file => file.Name.EndsWith(".json", StringComparison.Ordinal)))
        {
            const string Remedy = "it is not kept: check HF_ENDPOINT, or try again later";
            Check(work, [file], () => JsonFile.Read(Path.Combine(work, file.Name), "a JSON object", _ => true), Remedy);
        }

        // If the server stated nothing about a file, only opening the model can show whether the file was cut off.
        RecordedFile[] doubtful = [.. files.Where(file => file.CheckedBy == RecordedFile.ByNothing)];
        if (doubtful.Length > 0)
        {
            const string Remedy = "the server states neither size nor checksum, so the file may be cut off and is not kept: repeat the command";
            Check(work, doubtful, () => Tokenizer(Path.Combine(work, HuggingFaceFormat.WeightsFileName)), Remedy);
        }

        return (work, files);

        static object? Tokenizer(string weights)
        {
            using ModelSource source = ModelFolder.Open(weights);
            return source.ReadTokenizer();
        }
    }

    private static string AddressOf(string endpoint, KnownModel model) => $"{endpoint.TrimEnd('/')}/{model.Location}";

    private static SourceFile FileOf(string endpoint, KnownModel model, string name)
    {
        var address = new Uri($"{AddressOf(endpoint, model)}/resolve/main/{name}");
        return name == HuggingFaceFormat.WeightsFileName
            ? new SourceFile(name, address, DownloadTable.FarBeyond * model.Bytes, FileKind.Binary)
            : new SourceFile(name, address, DownloadTable.MaxTextBytes, FileKind.Other);
    }
}

/// <summary>
/// The JavaScript edition's model, an archive of CSV files. Neither it nor its unpacked files may have more than the
/// maximum of bytes. It is opened once, so that missing or wrong files are found at download time.
/// </summary>
internal sealed class CsvArchiveSource(Uri address, long maxBytes = ArchiveUnpacking.MaxBytes)
    : DownloadSource(NameOf(address), DownloadTable.Csv.Bytes, TextGrowth, new SourceFile(ArchiveName, address, maxBytes, FileKind.Zip))
{
    private const double TextGrowth = 3.2; // numbers as text compress to about a third of their size
    private const string ArchiveName = "archive.zip";

    public override (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        string archive = Path.Combine(work, ArchiveName), model = Path.Combine(work, "unpacked");
        ModelDownload.DeleteIfThere(model); // left by a run that was stopped
        Directory.CreateDirectory(model);
        return Check(work, files, () =>
        {
            IReadOnlyList<RecordedFile> unpacked = ArchiveUnpacking.Unpack(archive, model, CsvLayout.FileOf("wte"), maxBytes, progress, cancellation);
            using ModelSource opened = ModelFolder.Open(model, ModelFormat.Csv);
            opened.RequireAll();
            opened.ReadTokenizer();
            string sizes = Path.Combine(model, HyperparametersFile.FileName);
            if (!File.Exists(sizes))
            {
                // The archive has none, and counting rows at every start takes seconds.
                HyperparametersFile.Write(opened.Config, vocabulary: null, sizes);
            }

            return (model, unpacked);
        });
    }

    /// <summary>The address without its query, which may be secret, but with a fingerprint of it: another query is another file.</summary>
    private static string NameOf(Uri address) => DownloadClient.Shown(address) + (address.Query.Length == 0 ? ""
        : $"?{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Query)))[..8]}");
}
