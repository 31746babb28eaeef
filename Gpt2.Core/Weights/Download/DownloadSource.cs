// What a download is made of: which files come from where, and how a finished model folder is made of them. How they come
// is ModelDownload's business.

using System.Text.Json;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Download;

/// <summary>Where a model comes from.</summary>
public abstract class DownloadSource
{
    /// <summary>Names the source in messages and in the record; two downloads with the same name are of the same files.</summary>
    public abstract string Description { get; }

    /// <summary>The files to transfer.</summary>
    internal abstract IReadOnlyList<(string Name, Uri Address)> Files { get; }

    /// <summary>About how many bytes they are together, where the server does not say.</summary>
    internal abstract long BytesAbout { get; }

    /// <summary>More bytes than this cannot be the file, whatever the server says or leaves unsaid.</summary>
    /// <param name="file">Its name.</param>
    internal abstract long MostBytesOf(string file);

    /// <summary>How many bytes are written beyond those that are transferred.</summary>
    internal abstract long BytesBesides(long transferred);

    /// <summary>Makes the finished folder of what has come, and checks it.</summary>
    /// <param name="work">The folder with the transferred files.</param>
    /// <param name="ready">The folder to fill, which is empty.</param>
    /// <param name="files">The transferred files.</param>
    /// <param name="progress">Is told how far it is; or null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Gpt2Exception">The files are not what they should be.</exception>
    internal abstract IReadOnlyList<RecordedFile> Finish(
        string work, string ready, IReadOnlyList<TransferredFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation);
}

/// <summary>A model of the Hugging Face hub.</summary>
/// <param name="endpoint">The hub's address.</param>
/// <param name="model">The model.</param>
public sealed class HubSource(string endpoint, HubModel model) : DownloadSource
{
    private readonly string endpoint = endpoint.TrimEnd('/');

    public override string Description => $"{endpoint}/{model.Repository}";

    internal override IReadOnlyList<(string Name, Uri Address)> Files =>
        [.. DownloadTable.HubFiles.Select(file => (file, DownloadTable.AddressOf(endpoint, model, file)))];

    internal override long BytesAbout => model.Bytes;

    internal override long MostBytesOf(string file) =>
        Path.GetExtension(file) == ".safetensors" ? DownloadTable.FarBeyond * model.Bytes : DownloadTable.MostTextBytes;

    internal override long BytesBesides(long transferred) => 0;

    internal override IReadOnlyList<RecordedFile> Finish(
        string work, string ready, IReadOnlyList<TransferredFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        foreach (TransferredFile file in files)
        {
            string path = Path.Combine(work, file.Name);
            if (Problem(path) is string problem)
            {
                File.Delete(path);
                throw new Gpt2Exception($"{file.Name} of {Description}: {problem}; it is not kept: check HF_ENDPOINT, or try again later");
            }
        }

        if (files.Any(file => file.CheckedBy == TransferredFile.Unchecked))
        {
            RequireModel(work, files);
        }

        foreach (TransferredFile file in files)
        {
            File.Move(Path.Combine(work, file.Name), Path.Combine(ready, file.Name), overwrite: true);
        }

        return [.. files.Select(file => new RecordedFile(file.Name, file.Bytes, file.Sha256, file.CheckedBy))];
    }

    /// <summary>Where the server said nothing of a file, only the model itself can tell whether a connection that ended was the end of the file.</summary>
    private void RequireModel(string work, IReadOnlyList<TransferredFile> files)
    {
        try
        {
            using ModelSource source = ModelFolder.Open(Path.Combine(work, HuggingFaceFormat.WeightsFileName));
            source.ReadTokenizer();
        }
        catch (Gpt2Exception e)
        {
            foreach (TransferredFile file in files.Where(file => file.CheckedBy == TransferredFile.Unchecked))
            {
                File.Delete(Path.Combine(work, file.Name));
            }

            string problem = e.Message.Replace(work + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
            throw new Gpt2Exception(
                $"{Description}: {problem}; the server states neither size nor checksum, so a file may be cut off and is not kept: repeat the command", e);
        }
    }

    /// <summary>What can be seen without reading the model: that a file is of its kind at all.</summary>
    private static string? Problem(string path)
    {
        FileKind kind = FileKinds.Of(path);
        if (Path.GetExtension(path) == ".safetensors")
        {
            return kind == FileKind.Binary ? null : $"found {FileKinds.Describe(kind) ?? "text"}, expected tensors";
        }

        if (kind != FileKind.Other)
        {
            return $"found {FileKinds.Describe(kind)}, expected text";
        }

        return Path.GetExtension(path) == ".json" && !IsJson(path) ? "it is not valid JSON" : null;
    }

    private static bool IsJson(string path)
    {
        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
