// A source says which files to download from where, and how to make a model folder of them. Downloading them is the job
// of ModelDownload and FileTransfer.

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// A file to transfer. A file of more than <paramref name="MaxBytes"/> bytes or of another kind is the wrong one,
/// whatever the server states.
/// </summary>
internal sealed record SourceFile(string Name, Uri Address, long MaxBytes, FileKind Kind);

/// <summary>Where a model comes from.</summary>
internal abstract class DownloadSource(string description, long approximateBytes, params IReadOnlyList<SourceFile> files)
{
    /// <summary>
    /// Names the source in messages and in the record. Two downloads with the same description are of the same files.
    /// </summary>
    public string Description => description;

    public IReadOnlyList<SourceFile> Files => files;

    /// <summary>About how many bytes all files have together, in case the server does not say.</summary>
    public long ApproximateBytes => approximateBytes;

    /// <summary>How many bytes are written in addition to those transferred.</summary>
    public virtual long ExtraBytes(long transferred) => 0;

    /// <summary>
    /// Makes the finished model folder from the downloaded files and checks it. It is the work folder or a folder in
    /// it.
    /// </summary>
    /// <exception cref="Gpt2Exception">The files are not what they should be.</exception>
    public abstract (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation);

    /// <summary>
    /// The place of an error in a downloaded file: this source and the file, since users do not know the work folder.
    /// </summary>
    protected ErrorPlace PlaceOf(Gpt2Exception error) => error.Where is not ErrorPlace where ? Description
        : new ErrorPlace(Description, Part: (where with { Name = Path.GetFileName(where.Name) }).ToString());
}
