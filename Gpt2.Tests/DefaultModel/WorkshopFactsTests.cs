// What the workshop and the lectures show on a trained model, shown by the one that ships: predictions, embeddings,
// attention, generation.

using Gpt2.Core.Generation;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Tests.DefaultModel;

public class WorkshopFactsTests(DefaultModelFixture model) : IClassFixture<DefaultModelFixture>
{
    [Theory]
    [InlineData("Mike is quick. He moves", " quickly")]
    [InlineData("Sally is quiet. She speaks", " quietly")]
    [InlineData("Mike is quick.", " He")]
    [InlineData("Sally is quiet.", " She")]
    [InlineData("The capital of France is", " Paris")]
    [InlineData("The capital of Italy is", " Rome")]
    [InlineData("The opposite of hot is", " cold")]
    public void Predict_SentencesOfTheWorkshop_HaveTheirWordFirst(string prompt, string word)
    {
        model.Next(prompt).Should().Be(word);
    }

    [Theory]
    [InlineData("man", "king", "woman", " queen")]
    [InlineData("France", "Paris", "Italy", " Rome")]
    [InlineData("king", "man", "queen", " woman")]
    public void Embeddings_Analogy_IsNearestToTheWordThatCompletesIt(string a, string b, string c, string answer)
    {
        int[] ids = [.. ((string[])[a, b, c]).Select(model.IdOf)];
        EmbeddingTable table = model.Embeddings;

        Neighbour nearest = table.Nearest(table.Analogy(ids[0], ids[1], ids[2]), ids, NeighbourOrder.Cosine, 1)[0];

        model.Tokenizer.Decode([nearest.Row]).Should().Be(answer);
    }

    [Fact]
    public void Embeddings_Happy_IsNearerToSadThanToDog_ByCosineAndByDistance()
    {
        double[] happy = model.Embeddings[model.IdOf("happy")], sad = model.Embeddings[model.IdOf("sad")], dog = model.Embeddings[model.IdOf("dog")];

        VectorGeometry.Cosine(happy, sad).Should().BeGreaterThan(VectorGeometry.Cosine(happy, dog)!.Value + 0.1);
        VectorGeometry.Distance(happy, sad).Should().BeLessThan(VectorGeometry.Distance(happy, dog));
    }

    [Fact]
    public void Embeddings_ATokenAtSeveralPositions_FormsASmallCluster()
    {
        var positions = new PositionGeometry(model.Model.Weights.PositionEmbedding);

        foreach (string word in (string[])["is", "quick", "moves"])
        {
            int id = model.IdOf(word);
            double nearest = model.Embeddings.Nearest(model.Embeddings[id], [id], NeighbourOrder.Distance, 1)[0].Distance;
            positions.Spread.Should().BeLessThan(nearest, "of {0}", word);
        }
    }

    [Fact]
    public void Attention_OfHe_IsMostOnMikeInSomeHead()
    {
        int[] ids = model.Tokenizer.Encode("Mike is quick. He moves");
        int mike = 0;
        int he = Array.IndexOf(ids, model.Tokenizer.Encode(" He")[0]);
        model.Tokenizer.Decode([ids[mike]]).Should().Be("Mike");
        ForwardTrace trace = ForwardTrace.Run(model.Model, ids, HeadRows.Last);

        var heads = new List<string>();
        for (int block = 0; block < model.Model.Config.Layers; block++)
        {
            Matrix attention = trace.Activations.Block(block).Attention;
            for (int head = 0; head < model.Model.Config.Heads; head++)
            {
                float[] row = attention.Row(he).Slice(head * ids.Length, he + 1).ToArray();
                if (row[mike] == row.Max())
                {
                    heads.Add($"block {block} head {head}: {row[mike]:P0}");
                }
            }
        }

        heads.Should().NotBeEmpty();
    }

    [Fact]
    public void Generate_Form_IsContinuedAsAForm()
    {
        string form = model.Continue("First name: Anna\nLast name: Berg\nEmail:", 40);

        form.Should().MatchRegex(@"^ [a-z.]+@[a-z.]+\n[A-Z][a-z ]+: ");
    }

    [Fact]
    public void Generate_Code_IsContinuedAsCode()
    {
        string code = model.Continue("for (int i = 0;", 60);

        code.Should().MatchRegex(@"^ i < [A-Za-z0-9.]+; i\+\+\)\n\{\n").And.Contain(";").And.Contain("}");
    }

    [Fact]
    public void Generate_Story_EndsAtTheEndOfTextOrAtTheMaximum()
    {
        int[] prompt = model.Tokenizer.Encode("Mike lived in the forest");
        var whole = new GenerationSession(model.Model, prompt, 200, model.EndOfText);
        var cut = new GenerationSession(model.Model, prompt, 5, model.EndOfText);

        DefaultModelFixture.Take(whole)[^1].Should().Be(model.EndOfText);
        whole.FinishReason.Should().Be(FinishReason.Stop);
        DefaultModelFixture.Take(cut).Should().HaveCount(5);
        cut.FinishReason.Should().Be(FinishReason.Length);
    }
}
