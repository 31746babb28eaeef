// A model on the Hugging Face hub needs no unpacking: its files are the model folder.

using System.Text.Json;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Download;

/// <summary>A model on the hub at an address.</summary>
internal sealed class HubSource(string endpoint, KnownModel model)
    : DownloadSource(AddressOf(endpoint, model), model.Bytes, [.. DownloadTable.HubFiles.Select(name => FileOf(endpoint, model, name))])
{
    public override (string Folder, IReadOnlyList<RecordedFile> Files) Finish(
        string work, IReadOnlyList<RecordedFile> files, IProgress<TransferProgress>? progress, CancellationToken cancellation)
    {
        foreach (RecordedFile file in files)
        {
            string path = Path.Combine(work, file.Name);
            if (path.EndsWith(".json", StringComparison.Ordinal) && !IsJsonObject(path))
            {
                File.Delete(path);
                const string Remedy = "it is not kept: check HF_ENDPOINT, or try again later";
                throw new Gpt2Exception("found other text") { Where = new(Description, Part: file.Name), Expected = "a JSON object", Remedy = Remedy };
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
            throw e.At(
                PlaceOf(e), "the server states neither size nor checksum, so the file may be cut off and is not kept: repeat the command");
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

    private static bool IsJsonObject(string path)
    {
        try
        {
            return JsonElement.Parse(RegularFile.ReadAllBytes(path)).ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
