// A TensorFlow checkpoint under examination: hparams.json, the index, and the files of data.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.TensorFlow;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>A folder with a checkpoint.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">Its .index.</param>
internal sealed class CheckpointExamination(string folder, string file) : BinaryExamination(folder)
{
    /// <summary>Tensors beyond the end of a file, which is one finding.</summary>
    private readonly Dictionary<string, List<string>> beyond = [];

    private string[] names = [];

    public override string Format => "TensorFlow";

    protected override SizeWords Words { get; } = new(
        HyperparametersFile.FileName, "n_vocab", "n_ctx", "most tensors", TensorFlowFormat.Scope + "wte", TensorFlowFormat.Scope + "wpe", "tensors");

    public override string SubjectOf(string tensor) => TensorFlowFormat.Scope + tensor;

    protected override Gpt2Config? Stated(FindingList findings)
    {
        if (Names.FindNearly(Words.File) is null)
        {
            findings.Wrong(FindingArea.Sizes, Words.File, "is missing", FileRemedies.Again);
            return null;
        }

        return CsvSizes.Stated(Names, findings);
    }

    protected override void FindTensors(FindingList findings)
    {
        int shards = 0;
        CheckpointIndex? index = null;
        HoldsUnknown = !Try(file, FindingArea.Tensors, FileRemedies.Again, findings, path =>
        {
            index = new CheckpointIndex(path);
            shards = index.ReadShards();
        });
        if (HoldsUnknown)
        {
            return;
        }

        MappedFile?[] data = [.. Enumerable.Range(0, shards).Select(shard => OpenData(Path.GetFileName(index!.DataFile(shard, shards)), findings))];
        names = [.. index!.Names];
        foreach (string name in names.Where(IsOfModel).Order(StringComparer.Ordinal))
        {
            try
            {
                AddTensor(name, index, data);
            }
            catch (Gpt2Exception e)
            {
                Unreadable.Add(name);
                findings.Wrong(FindingArea.Tensors, name, FileRemedies.Words(e, index.Path), FileRemedies.Again);
            }
        }

        foreach ((string path, List<string> lost) in beyond)
        {
            string found = string.Create(CultureInfo.InvariantCulture, $"is cut off: {lost.Count} of its tensors go beyond its end, the first {lost[0]}");
            findings.Wrong(FindingArea.Tensors, Path.GetFileName(path), found, FileRemedies.Again);
        }
    }

    protected override Gpt2Config Complete(Gpt2Config sizes, FindingList findings)
    {
        sizes = sizes with { QkvBias = Tensors.Keys.Any(name => name.EndsWith("/attn/c_attn/b", StringComparison.Ordinal)) };
        foreach (string other in CheckpointVariables.Others(names, sizes))
        {
            FindUnknown(other, findings);
        }

        return sizes;
    }

    private void AddTensor(string name, CheckpointIndex index, MappedFile?[] data)
    {
        CheckpointEntry entry = index.Find(name)!;
        bool isNamed = entry.Shard < data.Length;
        MappedFile? file = isNamed ? data[entry.Shard] : null;
        if (isNamed && file is null)
        {
            Unreadable.Add(name);
        }
        else if (file is not null && entry.Offset > file.Length - entry.Size)
        {
            Unreadable.Add(name);
            beyond.TryAdd(file.Path, []);
            beyond[file.Path].Add(name);
        }
        else
        {
            Tensors.Add(name, index.Locate(name, entry, file));
        }
    }

    /// <summary>Whether a variable is one of the model's. Those of an optimiser are called model/wte/Adam and the like.</summary>
    private static bool IsOfModel(string name) =>
        name.StartsWith(TensorFlowFormat.Scope, StringComparison.Ordinal) && !name.Contains("/Adam", StringComparison.Ordinal);

    /// <summary>A file of data; null where it is missing, or is text or nothing at all.</summary>
    private MappedFile? OpenData(string name, FindingList findings)
    {
        MappedFile? data = null;
        Try(name, FindingArea.Tensors, FileRemedies.Again, findings, path =>
        {
            MappedFile opened = Files.Open(path);
            FileKind kind = FileKinds.Of(opened.Start(1024));
            data = kind is FileKind.Empty or FileKind.GitLfsPointer or FileKind.WebPage ? throw new Gpt2Exception($"{path}: holds no data") : opened;
        });
        return data;
    }
}
