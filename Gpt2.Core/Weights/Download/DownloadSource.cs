// What a download is made of: which files come from where, and how a finished model folder is made of them. How they come
// is the business of ModelDownload and FileTransfer.

namespace Gpt2.Core.Weights.Download;

/// <summary>A file to transfer. More than its most bytes cannot be the file, whatever the server says or leaves unsaid.</summary>
internal sealed record SourceFile(string Name, Uri Address, long MaxBytes);

/// <summary>Where a model comes from.</summary>
internal abstract class DownloadSource(string description, long bytesAbout, params IReadOnlyList<SourceFile> files)
{
    /// <summary>Names the source in messages and in the record; two downloads with the same name are of the same files.</summary>
    public string Description => description;

    public IReadOnlyList<SourceFile> Files => files;

    /// <summary>About how many bytes the files are together, where the server does not say.</summary>
    public long BytesAbout => bytesAbout;

    /// <summary>How many bytes are written beyond those that are transferred.</summary>
    public virtual long BytesBesides(long transferred) => 0;

    /// <summary>Makes the finished folder, which is the work folder or in it, of the files that came, and checks it.</summary>
    /// <exception cref="Gpt2Exception">The files are not what they should be.</exception>
    public abstract (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation);

    /// <summary>The place of an error in a file that came: this source and the file, since the work folder is nothing to the user.</summary>
    protected ErrorPlace PlaceOf(Gpt2Exception error) => error.Where is not ErrorPlace where ? Description
        : new ErrorPlace(Description, Part: (where with { Name = Path.GetFileName(where.Name) }).ToString());
}
