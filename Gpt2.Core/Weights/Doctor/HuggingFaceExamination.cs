// Hugging Face's form of a model under examination: config.json, and the tensors of one file or of several with an index.

using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>A folder with safetensors.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The safetensors file, or the index of several.</param>
internal sealed class HuggingFaceExamination(string folder, string file) : BinaryExamination(folder)
{
    private bool? saidTied;

    public override string Format => "Hugging Face";

    protected override SizeWords Words { get; } = new(
        HuggingFaceFormat.ConfigFileName, "vocab_size", "n_positions", "most tensors", "wte.weight", "wpe.weight", "tensors");

    public override string SubjectOf(string tensor) => HuggingFaceNames.Of(tensor);

    protected override Gpt2Config? Stated(FindingList findings)
    {
        HuggingFaceConfig? config = null;
        Try(Words.File, FindingArea.Sizes, "correct it, or take the one of the model", findings, path => config = HuggingFaceConfig.Read(path));
        saidTied = config?.TiedHead;
        return config?.Sizes;
    }

    protected override void FindTensors(FindingList findings)
    {
        if (!HuggingFaceTensors.IsIndex(file))
        {
            HoldsUnknown |= !Try(file, FindingArea.Tensors, FileRemedies.Again, findings, path => AddFile(path, _ => null, findings));
            return;
        }

        Dictionary<string, string> fileOf = [];
        HoldsUnknown |= !Try(file, FindingArea.Tensors, FileRemedies.Again, findings, path => fileOf = HuggingFaceTensors.ReadMap(path));
        foreach (IGrouping<string, string> shard in fileOf.Where(entry => !HuggingFaceNames.IsMask(entry.Key))
            .GroupBy(entry => entry.Value, entry => HuggingFaceTensors.PlainName(entry.Key)).OrderBy(shard => shard.Key, StringComparer.Ordinal))
        {
            bool agrees = false;
            Try(
                shard.Key, FindingArea.Tensors, FileRemedies.Again, findings,
                path => agrees = AddFile(path, tensor => HuggingFaceTensors.Disagreement(tensor, shard.Key, fileOf, file), findings));
            if (!agrees)
            {
                Unreadable.UnionWith(shard);
            }
        }
    }

    protected override Gpt2Config Complete(Gpt2Config sizes, FindingList findings)
    {
        bool isTied = true;
        try
        {
            isTied = HuggingFaceFormat.IsTied(Tensors, saidTied, Folder);
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Sizes, Words.File, FileRemedies.Words(e, Path.Combine(Folder, Words.File)), "take the one of the model, or the weights that go with it");
        }

        sizes = sizes with { QkvBias = Tensors.Keys.Any(name => name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal)), TiedHead = isTied };
        foreach (string other in HuggingFaceFormat.Others(Tensors.Keys, sizes))
        {
            FindUnknown(other, findings);
        }

        return sizes;
    }

    /// <returns>Whether all of its tensors are where they should be.</returns>
    private bool AddFile(string path, Func<StoredTensor, string?> disagreement, FindingList findings)
    {
        void Refuse(string name, Gpt2Exception e)
        {
            Unreadable.Add(name);
            findings.Wrong(FindingArea.Tensors, Path.GetFileName(path), FileRemedies.Words(e, path), "take the weights in F32, F16 or BF16, each tensor once");
        }

        int disagreeing = 0;
        foreach ((string name, StoredTensor tensor) in HuggingFaceTensors.ReadFile(path, Files, Refuse))
        {
            string? problem = disagreement(tensor) ?? (Tensors.ContainsKey(name) ? $"holds {name}, which another file holds too" : null);
            if (problem is null)
            {
                Tensors.Add(name, tensor);
                continue;
            }

            Unreadable.Add(name);
            if (disagreeing++ == 0)
            {
                findings.Wrong(FindingArea.Tensors, Path.GetFileName(path), problem, "take index and files of one model, all of them from one place");
            }
        }

        return disagreeing == 0;
    }
}
