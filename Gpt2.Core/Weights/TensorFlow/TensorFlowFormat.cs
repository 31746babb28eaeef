// OpenAI published GPT-2 as a TensorFlow checkpoint with hparams.json, encoder.json and vocab.bpe.

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>Checkpoints with OpenAI's variables: model/wte, model/h0/attn/c_attn/w [1, d, 3d], ….</summary>
internal sealed class TensorFlowFormat() : ModelFormat("tensorflow", "hparams.json with model.ckpt.index")
{
    /// <summary>The prefix of OpenAI's names.</summary>
    public const string Scope = "model/";

    internal override IEnumerable<string> ModelsIn(string folder) => Directory.EnumerateFileSystemEntries(folder, "*" + CheckpointIndex.Extension)
        .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    internal override bool IsModelFile(string fileName) => fileName.EndsWith(CheckpointIndex.Extension, StringComparison.Ordinal);

    internal override ModelFiles FilesOf(string folder, string file, Func<string, string>? pathOf) => new CheckpointFiles(folder, file, pathOf);
}
