// OpenAI's own form of GPT-2: a TensorFlow checkpoint with hparams.json, encoder.json and vocab.bpe.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Doctor;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>Checkpoints of variables model/wte, model/h0/attn/c_attn/w [1, d, 3d], …, as OpenAI published them.</summary>
internal sealed class TensorFlowFormat() : ModelFormat("tensorflow", "hparams.json with model.ckpt.index")
{
    /// <summary>What OpenAI's names begin with.</summary>
    public const string Scope = "model/";

    internal override IEnumerable<string> ModelsIn(string folder) =>
        Directory.EnumerateFiles(folder, "*" + CheckpointIndex.Extension).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    internal override bool IsModelFile(string fileName) => fileName.EndsWith(CheckpointIndex.Extension, StringComparison.Ordinal);

    internal override ModelSource Open(string folder, string file, string named)
    {
        var files = new FileSet();
        try
        {
            string path = Path.Combine(folder, file);
            Gpt2Config config = HyperparametersFile.Read(Path.Combine(folder, HyperparametersFile.FileName));
            var index = new CheckpointIndex(path);
            MappedFile[] data = OpenData(index, files);
            config = config with { QkvBias = index.Names.Any(name => name.EndsWith("/attn/c_attn/b", StringComparison.Ordinal)) };
            var source = new BinarySource(
                this, named, config, HyperparametersFile.FileName, shape => Find(index, shape, data),
                all => FolderVocabulary.Read(folder, all, HyperparametersFile.FileName), files);
            return CheckpointVariables.Others(index.Names, config).FirstOrDefault() is string other
                ? throw new Gpt2Exception($"{path}: holds {other}, which a GPT-2 of n_layer {config.Layers} does not have: is {HyperparametersFile.FileName} another model's?")
                : source;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    internal override IExaminedModel Examine(string folder, string file) => new CheckpointExamination(folder, file);

    private static MappedFile[] OpenData(CheckpointIndex index, FileSet files)
    {
        int shards = index.ReadShards();
        return [.. Enumerable.Range(0, shards).Select(shard => files.Open(index.DataFile(shard, shards)))];
    }

    private static StoredTensor Find(CheckpointIndex index, MatrixShape shape, MappedFile[] data)
    {
        string name = Scope + shape.Name;
        CheckpointEntry entry = index.Find(name)
            ?? throw new Gpt2Exception($"{index.Path}: holds no {name}, expected one of {shape.Rows} × {shape.Columns} as {HyperparametersFile.FileName} has the sizes");
        return index.Locate(name, entry, data.ElementAtOrDefault(entry.Shard));
    }
}
