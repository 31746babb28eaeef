// How a folder in Hugging Face's layout is recognised: by model.safetensors, its index, or any other safetensors file.

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>Folders saved by GPT2LMHeadModel and GPT2Model.</summary>
internal sealed class HuggingFaceFormat() : ModelFormat("safetensors", $"{ConfigFileName} with {WeightsFileName}")
{
    public const string ConfigFileName = "config.json";
    public const string WeightsFileName = "model.safetensors";
    public const string IndexFileName = "model.safetensors.index.json";
    public const string Extension = ".safetensors";

    internal override IEnumerable<string> ModelsIn(string folder)
    {
        string[] known = [.. ((string[])[WeightsFileName, IndexFileName]).Where(file => RegularFile.IsTaken(Path.Combine(folder, file)))];
        return known.Length > 0
            ? known
            : Directory.EnumerateFiles(folder, "*" + Extension).Select(file => Path.GetFileName(file))
                .Where(file => !file.Contains("-of-", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    internal override bool IsModelFile(string fileName) =>
        fileName.EndsWith(Extension, StringComparison.Ordinal) || fileName.EndsWith(Extension + ".index.json", StringComparison.Ordinal);

    internal override ModelFiles FilesOf(string folder, string file, Func<string, string>? pathOf) => new HuggingFaceFiles(folder, file, pathOf);
}
