// Hugging Face's form of a model: config.json, model.safetensors or several of them with an index, and a tokenizer.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Doctor;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>Folders as GPT2LMHeadModel and GPT2Model save them.</summary>
internal sealed class HuggingFaceFormat() : ModelFormat("safetensors", $"{ConfigFileName} with {WeightsFileName}")
{
    public const string ConfigFileName = "config.json";
    public const string WeightsFileName = "model.safetensors";
    public const string IndexFileName = "model.safetensors.index.json";
    private const string Extension = HuggingFaceTensors.Extension;

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
            Dictionary<string, StoredTensor> tensors = HuggingFaceTensors.Read(main, files);
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

    internal override IExaminedModel Examine(string folder, string file) => new HuggingFaceExamination(folder, file);

    /// <summary>
    /// A head of its own that says the same as wte is none. Comparing reads both, so it is done only where nothing is
    /// said about it.
    /// </summary>
    public static bool IsTied(IReadOnlyDictionary<string, StoredTensor> tensors, bool? said, string folder)
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

    /// <summary>The names that no matrix of the model has.</summary>
    public static IEnumerable<string> Others(IEnumerable<string> names, Gpt2Config config)
    {
        HashSet<string> used = [.. MatrixShapes.Of(config).Select(shape => HuggingFaceNames.Of(shape.Name)), HuggingFaceNames.Head];
        return names.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal);
    }

    /// <summary>A tensor that is not used would be a part of the model that is not computed.</summary>
    private static void RefuseOthers(IEnumerable<string> names, Gpt2Config config, string path)
    {
        if (Others(names, config).FirstOrDefault() is string other)
        {
            throw new Gpt2Exception($"{path}: holds {other}, which a GPT-2 of n_layer {config.Layers} does not have: is {ConfigFileName} another model's?");
        }
    }
}
