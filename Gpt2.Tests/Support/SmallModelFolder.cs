// A folder of a test's own with a small random model in it, which most tests of commands and formats begin with.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Tests.Support;

/// <summary>A temporary folder in which the folder "model" holds a random model in the CSV layout.</summary>
public sealed class SmallModelFolder : TemporaryFolder
{
    /// <param name="context">n_ctx.</param>
    /// <param name="layers">Its blocks.</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="heads">Its heads.</param>
    /// <param name="merges">The merges of its vocabulary; null for none: the bytes and the end of text.</param>
    /// <param name="files">The files that its vocabulary is written as.</param>
    public SmallModelFolder(
        int context = 8, int layers = 2, int channels = 6, int heads = 3, Merge[]? merges = null, VocabularyFiles files = VocabularyFiles.Gpt2)
    {
        Vocabulary = new Vocabulary(merges ?? []);
        Weights = TestModels.Random(new Gpt2Config(Vocabulary.Count, context, channels, heads, layers), 4);
        CsvModelFolder.Write(Model, Weights, Vocabulary, files);
    }

    /// <summary>The model's folder.</summary>
    public string Model => PathOf("model");

    public Gpt2Weights Weights { get; }

    public Vocabulary Vocabulary { get; }
}
