// A model on the Hugging Face hub needs no unpacking: its files are the model folder.

using System.Text.Json;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Download;

/// <summary>A model on the hub at an address.</summary>
internal sealed class HubSource(string endpoint, HubModel model)
    : DownloadSource(AddressOf(endpoint, model), model.Bytes, [.. DownloadTable.HubFiles.Select(name => FileOf(endpoint, model, name))])
{
    private static readonly (string, string?) NotAnObject = ("it is not a JSON object", null);

    public override (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        foreach (RecordedFile file in files)
        {
            string path = Path.Combine(work, file.Name);
            if (Problem(path) is (string found, var expected))
            {
                File.Delete(path);
                throw new Gpt2Exception(found)
                {
                    Where = $"{file.Name} of {Description}",
                    Expected = expected,
                    Remedy = "it is not kept: check HF_ENDPOINT, or try again later",
                };
            }
        }

        RecordedFile[] doubtful = [.. files.Where(file => file.CheckedBy == RecordedFile.ByNothing)];
        if (doubtful.Length > 0)
        {
            RequireModel(work, doubtful);
        }

        return (work, files);
    }

    /// <summary>
    /// If the server stated nothing about a file, only opening the model can show whether the file was cut off.
    /// </summary>
    private void RequireModel(string work, RecordedFile[] doubtful)
    {
        try
        {
            using ModelSource source = ModelFolder.Open(Path.Combine(work, HuggingFaceFormat.WeightsFileName));
            source.ReadTokenizer();
        }
        catch (Gpt2Exception e)
        {
            Array.ForEach(doubtful, file => File.Delete(Path.Combine(work, file.Name)));
            throw new Gpt2Exception(e.Problem, e)
            {
                Where = PlaceOf(e),
                Remedy = "the server states neither size nor checksum, so the file may be cut off and is not kept: repeat the command",
            };
        }
    }

    private static string AddressOf(string endpoint, HubModel model) => $"{endpoint.TrimEnd('/')}/{model.Repository}";

    private static SourceFile FileOf(string endpoint, HubModel model, string name) => new(
        name, new Uri($"{AddressOf(endpoint, model)}/resolve/main/{name}"),
        IsText(name) ? DownloadTable.MaxTextBytes : DownloadTable.FarBeyond * model.Bytes);

    private static bool IsText(string name) => !name.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>Finds files of the wrong kind, which does not require opening the model.</summary>
    private static (string Found, string? Expected)? Problem(string path)
    {
        FileKind kind = FileKinds.Of(path);
        if (kind != (IsText(path) ? FileKind.Other : FileKind.Binary))
        {
            return ($"found {FileKinds.Describe(kind) ?? "text"}", IsText(path) ? "text" : "tensors");
        }

        try
        {
            bool isFine = !path.EndsWith(".json", StringComparison.Ordinal)
                || JsonElement.Parse(RegularFile.ReadAllBytes(path)).ValueKind == JsonValueKind.Object;
            return isFine ? null : NotAnObject;
        }
        catch (JsonException)
        {
            return NotAnObject;
        }
    }
}
