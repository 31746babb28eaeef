// The seam between the doctor and the formats: what a format must be able to say of a folder, one question at a time, so that
// a damaged folder gives all of its findings and not only the first.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>A model folder in one format. Disposed, it closes its files.</summary>
internal interface IExaminedModel : IDisposable
{
    /// <summary>What the format is called.</summary>
    public string Format { get; }

    /// <summary>Examines what tells the sizes, and files that belong to no tensor.</summary>
    /// <param name="findings">Receives what is found.</param>
    /// <returns>The sizes that the tensors are expected to have: those that most files agree on. Null where they cannot be told.</returns>
    public Gpt2Config? ExamineSizes(FindingList findings);

    /// <summary>What findings call a tensor: its file, or its place in a file.</summary>
    /// <param name="tensor">Its name in OpenAI's checkpoint, such as h0/attn/c_attn/w.</param>
    public string SubjectOf(string tensor);

    /// <summary>Reads one tensor. Takes memory for it only where there is as much to read.</summary>
    /// <param name="expected">Its name and the shape that it should have.</param>
    /// <param name="findings">Receives what is wrong with it.</param>
    /// <returns>The tensor; null where it is not there, of another shape, or not finite throughout.</returns>
    public Matrix? Read(MatrixShape expected, FindingList findings);

    /// <summary>Examines the vocabulary.</summary>
    /// <returns>The tokenizer; null where it is wrong, or where the model has no text.</returns>
    public Tokenizer? ExamineTokenizer(Gpt2Config config, FindingList findings);
}
