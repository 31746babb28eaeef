// llm.c's model file under examination: its header states sizes, kind of numbers and place of everything.

using Gpt2.Core.Model;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.LlmC;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>A file of llm.c with the vocabulary beside it.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The .bin.</param>
internal sealed class LlmCExamination(string folder, string file) : BinaryExamination(folder)
{
    private Gpt2Config? config;

    public override string Format => "llm.c";

    protected override SizeWords Words { get; } = new(file, "vocab_size", "max_seq_len", "most tensors", "wte", "wpe", "tensors");

    /// <summary>The file has no names: ours are taken.</summary>
    public override string SubjectOf(string tensor) => tensor;

    protected override Gpt2Config? Stated(FindingList findings)
    {
        HoldsUnknown = !Try(file, FindingArea.Sizes, FileRemedies.Again, findings, path =>
        {
            (config, Dictionary<string, StoredTensor> tensors) = LlmCFormat.Read(Files.Open(path));
            foreach ((string name, StoredTensor tensor) in tensors)
            {
                Tensors.Add(name, tensor);
            }
        });
        return config;
    }

    /// <summary>The header has told all.</summary>
    protected override void FindTensors(FindingList findings)
    {
    }

    protected override Gpt2Config Complete(Gpt2Config sizes, FindingList findings) => sizes;
}
