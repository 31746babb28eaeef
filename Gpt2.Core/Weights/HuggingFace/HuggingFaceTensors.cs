// The tensors in safetensors files as Hugging Face names them, from one file or from several with an index.

using System.Text.Json;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Safetensors;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>Finds tensors by their names without "transformer.".</summary>
internal static class HuggingFaceTensors
{
    public const string Extension = ".safetensors";
    private const int MostFiles = 1000;

    /// <summary>Whether a model is known by an index of several files.</summary>
    public static bool IsIndex(string file) => file.EndsWith(".json", StringComparison.Ordinal);

    /// <summary>The tensors of a model's file, or of the files that its index lists.</summary>
    /// <exception cref="Gpt2Exception">A file is missing or damaged, or disagrees with the index.</exception>
    public static Dictionary<string, StoredTensor> Read(string path, FileSet files) =>
        IsIndex(path) ? ReadIndexed(path, files) : ReadFile(path, files, (_, e) => throw e);

    /// <summary>The tensors of one file; masks are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">Keeps the file open.</param>
    /// <param name="refuse">Is told of a tensor that cannot be used, which is then left out.</param>
    /// <exception cref="Gpt2Exception">The file is missing, or its header is damaged.</exception>
    public static Dictionary<string, StoredTensor> ReadFile(string path, FileSet files, Action<string, Gpt2Exception> refuse)
    {
        var tensors = new Dictionary<string, StoredTensor>();
        MappedFile file = files.Open(path);
        SafetensorsHeader header = SafetensorsFile.ReadHeader(file, out long dataOffset);
        foreach (SafetensorsEntry entry in header.Entries.Values.Where(entry => !IsMaskOfItsBlock(entry, header)))
        {
            try
            {
                StoredTensor tensor = SafetensorsFile.Tensor(entry, file, dataOffset);
                if (!tensors.TryAdd(PlainName(entry.Name), tensor))
                {
                    throw new Gpt2Exception($"{path}: holds {PlainName(entry.Name)} with and without '{HuggingFaceNames.Prefix}', expected it once");
                }
            }
            catch (Gpt2Exception e)
            {
                refuse(PlainName(entry.Name), e);
            }
        }

        return tensors;
    }

    /// <summary>Whether a tensor is a mask that may be left out: one beside the weights of its block. A mask alone is a block's that is lost.</summary>
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
    public static Dictionary<string, string> ReadMap(string path)
    {
        Dictionary<string, string> fileOf = JsonFile.Read(path, "the index of safetensors files", root =>
        {
            if (!root.TryGetProperty("weight_map", out JsonElement map))
            {
                throw new Gpt2Exception($"{path}: weight_map is missing, expected the file of every tensor");
            }

            return map.EnumerateObject().ToDictionary(
                entry => entry.Name,
                entry => JsonFile.TextOf(entry.Value)
                    ?? throw new Gpt2Exception($"{path}: weight_map has {JsonFile.Shown(entry.Value)} for {entry.Name}, expected the name of a file"));
        });
        string[] names = [.. fileOf.Values.Distinct()];
        string? foreign = names.FirstOrDefault(name => !IsPlainFileName(name));
        return names.Length <= MostFiles && foreign is null
            ? fileOf
            : throw new Gpt2Exception($"{path}: weight_map names '{foreign}' and {names.Length} files, expected at most {MostFiles} in the same folder");
    }

    /// <summary>A name without what GPT2LMHeadModel puts before it.</summary>
    public static string PlainName(string name) =>
        name.StartsWith(HuggingFaceNames.Prefix, StringComparison.Ordinal) ? name[HuggingFaceNames.Prefix.Length..] : name;

    /// <summary>The tensors of several files, which must be those that the index lists, where it says that they are.</summary>
    private static Dictionary<string, StoredTensor> ReadIndexed(string path, FileSet files)
    {
        Dictionary<string, string> fileOf = ReadMap(path);
        var tensors = new Dictionary<string, StoredTensor>();
        foreach (string name in fileOf.Values.Distinct().Order(StringComparer.Ordinal))
        {
            foreach ((string tensor, StoredTensor stored) in ReadFile(Path.Combine(Path.GetDirectoryName(path)!, name), files, (_, e) => throw e))
            {
                if (Disagreement(stored, name, fileOf, path) is string problem)
                {
                    throw new Gpt2Exception($"{stored.Data.Path}: {problem}");
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

    /// <summary>What is wrong with finding a tensor in a file, as the index has it; null where it is right.</summary>
    public static string? Disagreement(StoredTensor stored, string file, IReadOnlyDictionary<string, string> fileOf, string index)
    {
        string? listed = fileOf.GetValueOrDefault(stored.Name);
        return listed == file ? null : $"holds {stored.Name}, which {Path.GetFileName(index)} {(listed is null ? "does not list" : $"says is in {listed}")}";
    }

    private static bool IsPlainFileName(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal) && !name.AsSpan().ContainsAny("/\\:\0") && name != Extension;
}
