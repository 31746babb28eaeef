// The model that ships with the repository, loaded once for the tests of what it can do.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
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

    /// <summary>The row of wte of a word with its leading space, which must be one token.</summary>
    public float[] EmbeddingOf(string word)
    {
        int[] ids = Tokenizer.Encode(" " + word);
        ids.Should().ContainSingle("' {0}' is one token", word);
        return Model.Weights.TokenEmbedding.Row(ids[0]).ToArray();
    }

    /// <summary>The word (with its leading space) whose embedding has the largest cosine with a vector, but for some.</summary>
    public string Nearest(float[] vector, params string[] except)
    {
        Matrix wte = Model.Weights.TokenEmbedding;
        HashSet<int> excluded = [.. except.Select(word => Tokenizer.Encode(" " + word)[0])];
        int best = Enumerable.Range(0, wte.Rows).Where(id => !excluded.Contains(id)).MaxBy(id => Cosine(wte.Row(id).ToArray(), vector));
        return Tokenizer.Decode([best]);
    }

    public static double Cosine(float[] left, float[] right)
    {
        double dot = 0, squaresLeft = 0, squaresRight = 0;
        for (int i = 0; i < left.Length; i++)
        {
            dot += (double)left[i] * right[i];
            squaresLeft += (double)left[i] * left[i];
            squaresRight += (double)right[i] * right[i];
        }

        return dot / Math.Sqrt(squaresLeft * squaresRight);
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
