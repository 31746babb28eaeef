// The files of a model as Hugging Face names them: config.json, and the tensors of one safetensors file or of several with an index.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Safetensors;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>Finds tensors by their names without "transformer.".</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The safetensors file, or the index of several.</param>
/// <param name="pathOf">The path of a file by its name; null for the file of exactly that name.</param>
internal sealed class HuggingFaceFiles(string folder, string file, Func<string, string>? pathOf) : BinaryFiles(folder, file, pathOf)
{
    private const int MaxFiles = 1000;
    private const string Extension = HuggingFaceFormat.Extension;
    private const string IndexExpected = "the index of safetensors files";
    private const string OnePlace = "take index and files of one model, all of them from one place";

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
            Gpt2Exception? wrong = null; // one error for a file, however many of its tensors it concerns
            void Place(StoredTensor tensor)
            {
                string? listed = fileOf.GetValueOrDefault(tensor.Name);
                string index = Path.GetFileName(Main);
                string? problem = listed is null ? $"holds {tensor.Name}, which {index} does not list"
                    : listed != name ? $"holds {tensor.Name}, which {index} says is in {listed}"
                    : Add(tensor) ? null
                    : $"holds {tensor.Name}, which another file holds too";
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
                        wrong = new Gpt2Exception($"says that {listed} is in {name}, which does not hold it") { Where = Main, Remedy = OnePlace };
                        refuse(wrong);
                    }

                    Lost.Add(plain, wrong);
                }
            }
        }
    }

    /// <summary>
    /// A head of its own that says the same as wte is none. Comparing reads both, so it is done only where nothing is
    /// said about it.
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
                refuse(new Gpt2Exception($"tie_word_embeddings is true, but {HuggingFaceNames.Head} has other numbers than wte.weight")
                {
                    Where = PathOf(SizesFile),
                    Remedy = "take the one of the model, or the weights that go with it",
                });
            }
        }

        return sizes with { QkvBias = Tensors.Keys.Any(name => name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal)), TiedHead = isTied };
    }

    /// <summary>A head that is wte is used, and no matrix of its own.</summary>
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
            throw new Gpt2Exception($"holds {HuggingFaceNames.Plain(tensor.Name)} with and without '{HuggingFaceNames.Prefix}'")
            {
                Where = tensor.Data.Path,
                Expected = "it once",
                Remedy = "take the weights with each tensor once",
            };
        }
    }

    /// <summary>Goes through the tensors of one file; masks are left out.</summary>
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
    /// Whether a tensor is a mask that may be left out: one beside the weights of its block. A mask alone is a block's that is lost.
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

    /// <summary>What an index says: for every tensor, by its whole name, its file.</summary>
    /// <exception cref="Gpt2Exception">It is no such index, or names files outside its folder.</exception>
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
