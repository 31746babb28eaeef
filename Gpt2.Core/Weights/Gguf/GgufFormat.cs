// GGUF is the format of llama.cpp: one file with everything, the vocabulary too.

namespace Gpt2.Core.Weights.Gguf;

/// <summary>GGUF files of the architecture gpt2.</summary>
internal sealed class GgufFormat() : ModelFormat("gguf", "a .gguf of llama.cpp")
{
    public const string Extension = ".gguf";

    internal override IEnumerable<string> ModelsIn(string folder) =>
        Directory.EnumerateFiles(folder, "*" + Extension).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    internal override bool IsModelFile(string fileName) => fileName.EndsWith(Extension, StringComparison.Ordinal);

    internal override ModelFiles FilesOf(string folder, string file, Func<string, string>? pathOf) => new GgufFiles(folder, file, pathOf);
}
