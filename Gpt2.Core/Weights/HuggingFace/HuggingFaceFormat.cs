// Hugging Face's form of a model: config.json, model.safetensors or several of them with an index, and a tokenizer.

using System.Text.Json;
using Gpt2.Core.Model;

namespace Gpt2.Core.Weights;

/// <summary>Folders as GPT2LMHeadModel and GPT2Model save them.</summary>
internal sealed class HuggingFaceFormat() : ModelFormat("safetensors", $"{ConfigFileName} with {WeightsFileName}")
{
    public const string ConfigFileName = "config.json";
    public const string WeightsFileName = "model.safetensors";
    private const string IndexFileName = "model.safetensors.index.json";
    private const string Extension = ".safetensors";
    private const int MostFiles = 1000;

    internal override IEnumerable<string> ModelsIn(string folder)
    {
        string[] known = [.. ((string[])[WeightsFileName, IndexFileName]).Where(file => File.Exists(Path.Combine(folder, file)))];
        return known.Length > 0
            ? known
            : Directory.EnumerateFiles(folder, "*" + Extension).Select(file => Path.GetFileName(file))
                .Where(file => !file.Contains("-of-", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    internal override bool IsModelFile(string fileName) =>
        fileName.EndsWith(Extension, StringComparison.Ordinal) || fileName.EndsWith(Extension + ".index.json", StringComparison.Ordinal);

    internal override ModelSource Open(string folder, string file, string named)
    {
        var files = new FileSet();
        try
        {
            HuggingFaceConfig config = HuggingFaceConfig.Read(Path.Combine(folder, ConfigFileName));
            string main = Path.Combine(folder, file);
            Dictionary<string, StoredTensor> tensors = file.EndsWith(".json", StringComparison.Ordinal) ? ReadIndex(main, files) : ReadFile(main, files);
            Gpt2Config sizes = config.Sizes with
            {
                QkvBias = tensors.Keys.Any(name => name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal)),
                TiedHead = IsTied(tensors, config.TiedHead, folder),
            };
            var source = new BinarySource(
                this, named, sizes, ConfigFileName, shape => Find(tensors, shape, main), all => FolderVocabulary.Read(folder, all, ConfigFileName), files);
            RefuseOthers(tensors.Keys, sizes, main);
            return source;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of one file by their names without prefix; masks are left out.</summary>
    private static Dictionary<string, StoredTensor> ReadFile(string path, FileSet files)
    {
        var tensors = new Dictionary<string, StoredTensor>();
        MappedFile file = files.Open(path);
        SafetensorsHeader header = SafetensorsFile.ReadHeader(file, out long dataOffset);
        foreach (SafetensorsEntry entry in header.Entries.Values.Where(entry => !HuggingFaceNames.IsMask(entry.Name)))
        {
            StoredTensor tensor = SafetensorsFile.Tensor(entry, file, dataOffset);
            if (!tensors.TryAdd(PlainName(entry.Name), tensor))
            {
                throw new Gpt2Exception($"{path}: holds {PlainName(entry.Name)} with and without '{HuggingFaceNames.Prefix}', expected it once");
            }
        }

        return tensors;
    }

    /// <summary>The tensors of several files, which must be those that the index lists, where it says that they are.</summary>
    private static Dictionary<string, StoredTensor> ReadIndex(string path, FileSet files)
    {
        Dictionary<string, string> fileOf = JsonFile.Read(path, "the index of safetensors files", root =>
        {
            if (!root.TryGetProperty("weight_map", out JsonElement map))
            {
                throw new Gpt2Exception($"{path}: weight_map is missing, expected the file of every tensor");
            }

            return map.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "");
        });
        string[] names = [.. fileOf.Values.Distinct().Order(StringComparer.Ordinal)];
        if (names.Length > MostFiles || names.FirstOrDefault(name => !IsPlainFileName(name)) is string)
        {
            throw new Gpt2Exception($"{path}: weight_map names '{names.FirstOrDefault(name => !IsPlainFileName(name))}' and {names.Length} files, expected at most {MostFiles} in the same folder");
        }

        var tensors = new Dictionary<string, StoredTensor>();
        foreach (string name in names)
        {
            foreach ((string tensor, StoredTensor stored) in ReadFile(Path.Combine(Path.GetDirectoryName(path)!, name), files))
            {
                if (!fileOf.TryGetValue(stored.Name, out string? listed) || listed != name)
                {
                    throw new Gpt2Exception(
                        $"{stored.Data.Path}: holds {stored.Name}, which {IndexFileName} {(listed is null ? "does not list" : $"says is in {listed}")}");
                }

                if (!tensors.TryAdd(tensor, stored))
                {
                    throw new Gpt2Exception($"{stored.Data.Path}: holds {tensor}, which another file holds too, expected it once");
                }
            }
        }

        string? missing = fileOf.Keys.FirstOrDefault(name => !HuggingFaceNames.IsMask(name) && !tensors.ContainsKey(PlainName(name)));
        return missing is null ? tensors : throw new Gpt2Exception($"{path}: says that {missing} is in {fileOf[missing]}, which does not hold it");
    }

    /// <summary>
    /// A head of its own that says the same as wte is none. Comparing reads both, so it is done only where nothing is
    /// said about it.
    /// </summary>
    private static bool IsTied(Dictionary<string, StoredTensor> tensors, bool? said, string folder)
    {
        bool hasHead = tensors.TryGetValue(HuggingFaceNames.Head, out StoredTensor? head);
        if (said == false || !hasHead)
        {
            return said != false;
        }

        bool equal = tensors.TryGetValue(HuggingFaceNames.Of("wte"), out StoredTensor? embedding) && head!.HasTheNumbersOf(embedding);
        return equal || said is null
            ? equal
            : throw new Gpt2Exception(
                $"{Path.Combine(folder, ConfigFileName)}: tie_word_embeddings is true, but {HuggingFaceNames.Head} has other numbers than wte.weight: which one is right?");
    }

    private static StoredTensor Find(Dictionary<string, StoredTensor> tensors, MatrixShape shape, string path) =>
        tensors.TryGetValue(HuggingFaceNames.Of(shape.Name), out StoredTensor? tensor)
            ? tensor
            : throw new Gpt2Exception($"{path}: holds no {HuggingFaceNames.Of(shape.Name)}, expected one of {shape.Rows} × {shape.Columns} as {ConfigFileName} has the sizes");

    /// <summary>A tensor that is not used would be a part of the model that is not computed.</summary>
    private static void RefuseOthers(IEnumerable<string> names, Gpt2Config config, string path)
    {
        HashSet<string> used = [.. MatrixShapes.Of(config).Select(shape => HuggingFaceNames.Of(shape.Name)), HuggingFaceNames.Head];
        if (names.Order(StringComparer.Ordinal).FirstOrDefault(name => !used.Contains(name)) is string other)
        {
            throw new Gpt2Exception($"{path}: holds {other}, which a GPT-2 of n_layer {config.Layers} does not have: is {ConfigFileName} another model's?");
        }
    }

    private static string PlainName(string name) =>
        name.StartsWith(HuggingFaceNames.Prefix, StringComparison.Ordinal) ? name[HuggingFaceNames.Prefix.Length..] : name;

    private static bool IsPlainFileName(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal) && !name.AsSpan().ContainsAny("/\\:\0") && name != Extension;
}
