// Hugging Face's models have a config.json, and their tensors in one safetensors file or in several with an index.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Safetensors;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>Finds tensors by their names, with or without "transformer." in front.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The safetensors file, or the index of several.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
internal sealed class HuggingFaceFiles(string folder, string file, Func<string, string>? pathOf) : BinaryFiles(folder, file, pathOf)
{
    private const int MaxFiles = 1000;
    private const string Extension = HuggingFaceFormat.Extension;
    private const string IndexExpected = "the index of safetensors files";
    private const string OnePlace = "take the index and the files of the same model, all from the same source";

    private bool? saidTied;

    public override string Layout => "Hugging Face";

    public override string SizesFile => HuggingFaceFormat.ConfigFileName;

    public override (string Vocabulary, string Context) SizeNames => ("vocab_size", "n_positions");

    public override string NameOf(string matrix) => HuggingFaceNames.Of(matrix);

    public override Gpt2Config ReadSizes()
    {
        var config = HuggingFaceConfig.Read(PathOf(SizesFile));
        saidTied = config.TiedHead;
        return config.Sizes;
    }

    public override void FindTensors(Action<Gpt2Exception> refuse)
    {
        if (!MainFile.EndsWith(".json", StringComparison.Ordinal))
        {
            AllLost = Try(() => ReadFile(Main, AddOnce, refuse), refuse);
            return;
        }

        Dictionary<string, string> fileOf = [];
        AllLost = Try(() => fileOf = ReadMap(Main), refuse);
        foreach (string name in fileOf.Values.Distinct().Order(StringComparer.Ordinal))
        {
            Gpt2Exception? wrong = null; // one error per file, however many of its tensors are affected
            void Place(StoredTensor tensor)
            {
                string? listed = fileOf.GetValueOrDefault(tensor.Name);
                string index = Path.GetFileName(Main);
                string? problem = listed is null ? $"contains {tensor.Name}, which {index} does not list"
                    : listed != name ? $"contains {tensor.Name}, which according to {index} is in {listed}"
                    : Add(tensor) ? null
                    : $"contains {tensor.Name}, which is also in another file";
                if (problem is not null && wrong is null)
                {
                    refuse(wrong = new Gpt2Exception(problem) { Where = tensor.Data.Path, Remedy = OnePlace });
                }
            }

            wrong = Try(() => ReadFile(PathOf(name), Place, refuse), refuse) ?? wrong;
            foreach (string listed in fileOf.Keys.Where(listed => fileOf[listed] == name && !HuggingFaceNames.IsMask(listed)))
            {
                string plain = HuggingFaceNames.Plain(listed);
                if (!Tensors.ContainsKey(plain) && !Lost.ContainsKey(plain))
                {
                    if (wrong is null)
                    {
                        wrong = new Gpt2Exception($"lists {listed} in {name}, which does not contain it") { Where = Main, Remedy = OnePlace };
                        refuse(wrong);
                    }

                    Lost.Add(plain, wrong);
                }
            }
        }
    }

    /// <summary>
    /// A head with the same numbers as wte is a tied head. Comparing them means reading both, so it is not done if
    /// config.json says that the head is untied.
    /// </summary>
    public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse)
    {
        bool isTied = saidTied != false;
        if (isTied && Tensors.TryGetValue(HuggingFaceNames.Head, out StoredTensor? head))
        {
            bool equal = Tensors.TryGetValue(HuggingFaceNames.Of("wte"), out StoredTensor? embedding) && head.HasTheNumbersOf(embedding);
            isTied = equal || saidTied == true;
            if (!equal && isTied)
            {
                refuse(new Gpt2Exception($"tie_word_embeddings is true, but {HuggingFaceNames.Head} differs from wte.weight")
                {
                    Where = PathOf(SizesFile),
                    Remedy = "take the config.json and the weights of the same model",
                });
            }
        }

        return sizes with { QkvBias = Tensors.Keys.Any(name => name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal)), TiedHead = isTied };
    }

    /// <summary>A tied head is used, although it is not a separate matrix.</summary>
    protected override IEnumerable<string> Others(Gpt2Config sizes) => base.Others(sizes).Where(name => name != HuggingFaceNames.Head);

    private bool Add(StoredTensor tensor)
    {
        string plain = HuggingFaceNames.Plain(tensor.Name);
        return Tensors.TryAdd(plain, tensor with { Name = plain });
    }

    private void AddOnce(StoredTensor tensor)
    {
        if (!Add(tensor))
        {
            throw new Gpt2Exception($"contains {HuggingFaceNames.Plain(tensor.Name)} with and without '{HuggingFaceNames.Prefix}'")
            {
                Where = tensor.Data.Path,
                Expected = "each tensor once",
                Remedy = "take weights that have each tensor once",
            };
        }
    }

    /// <summary>Adds the tensors of one file, without the masks.</summary>
    private void ReadFile(string path, Action<StoredTensor> add, Action<Gpt2Exception> refuse)
    {
        MappedFile data = Files.Open(path);
        SafetensorsHeader header = SafetensorsFile.ReadHeader(data, out long dataOffset);
        foreach (SafetensorsEntry entry in header.Entries.Values.Where(entry => !IsMaskOfItsBlock(entry, header)))
        {
            if (Try(() => add(SafetensorsFile.Tensor(entry, data, dataOffset)), refuse) is Gpt2Exception e)
            {
                Lost.TryAdd(HuggingFaceNames.Plain(entry.Name), e);
            }
        }
    }

    /// <summary>
    /// Whether a tensor is a mask that may be left out. It must be in the same file as weights of its block: a mask
    /// alone belongs to a block whose weights are missing.
    /// </summary>
    private static bool IsMaskOfItsBlock(SafetensorsEntry entry, SafetensorsHeader header)
    {
        if (!HuggingFaceNames.IsMask(entry.Name, entry.Shape))
        {
            return false;
        }

        string block = entry.Name[..(entry.Name.IndexOf(".attn.", StringComparison.Ordinal) + 1)]; // "transformer.h.0."
        return header.Entries.Keys.Any(name => name.StartsWith(block, StringComparison.Ordinal) && !HuggingFaceNames.IsMask(name));
    }

    /// <summary>Reads an index: the file of every tensor, by the tensor's full name.</summary>
    /// <exception cref="Gpt2Exception">It is not such an index, or names files outside its folder.</exception>
    private static Dictionary<string, string> ReadMap(string path)
    {
        Gpt2Exception Wrong(string found, string expected) => new(found) { Where = path, Expected = expected };
        Dictionary<string, string> fileOf = JsonFile.Read(path, IndexExpected, root => root.TryGetProperty("weight_map", out JsonElement map)
            ? map.EnumerateObject().ToDictionary(
                entry => entry.Name,
                entry => JsonFile.TextOf(entry.Value)
                    ?? throw Wrong($"weight_map has {JsonFile.Shown(entry.Value)} for {entry.Name}", "the name of a file"))
            : throw Wrong("weight_map is missing", "the file of every tensor"));
        string[] names = [.. fileOf.Values.Distinct()];
        string? foreign = names.FirstOrDefault(name => !IsPlainFileName(name));
        return names.Length <= MaxFiles && foreign is null
            ? fileOf
            : throw Wrong($"weight_map names '{foreign}' and {names.Length} files", $"at most {MaxFiles} in the same folder");
    }

    private static bool IsPlainFileName(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal) && !name.AsSpan().ContainsAny("/\\:\0") && name != Extension;
}
