// The model that ships with the repository, loaded once for the tests of what it can do.

using Gpt2.Core.Generation;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.DefaultModel;

public sealed class DefaultModelFixture
{
    public DefaultModelFixture()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "weights-csv", ModelLocator.DefaultModel);
        Model = new Gpt2Model(CsvModelFolder.ReadWeights(folder), KernelSet.Create(KernelRung.Vector));
        Tokenizer = CsvFolder.TokenizerOf(folder, Model.Config)!;
    }

    public Gpt2Model Model { get; }

    public Tokenizer Tokenizer { get; }

    public int EndOfText => Tokenizer.Vocabulary.EndOfText;

    /// <summary>The most probable next tokens, as texts.</summary>
    public string[] Top(string prompt, int count)
    {
        var a = new ForwardActivations(Model.Config);
        Model.Forward(Tokenizer.Encode(prompt), null, a);
        return [.. Prediction.Top(a.Logits.Row(0), a.Probabilities.Row(0), count).Select(candidate => Tokenizer.Decode([candidate.Id]))];
    }

    /// <summary>The most probable next token.</summary>
    public string Next(string prompt) => Top(prompt, 1)[0];

    /// <summary>What greedy choice continues with, until the end of the text or a number of tokens.</summary>
    public string Continue(string prompt, int tokens)
    {
        int[] ids = Take(new GenerationSession(Model, Tokenizer.Encode(prompt), tokens, EndOfText));
        return Tokenizer.Decode([.. ids.Where(id => id != EndOfText)]);
    }

    /// <summary>The token embeddings.</summary>
    internal EmbeddingTable Embeddings => new(Model.Weights.TokenEmbedding);

    /// <summary>The id of a word with its leading space, which must be one token.</summary>
    public int IdOf(string word)
    {
        int[] ids = Tokenizer.Encode(" " + word);
        ids.Should().ContainSingle("' {0}' is one token", word);
        return ids[0];
    }

    internal static int[] Take(GenerationSession session)
    {
        var ids = new List<int>();
        while (session.TryNext(out int id))
        {
            ids.Add(id);
        }

        return [.. ids];
    }
}
