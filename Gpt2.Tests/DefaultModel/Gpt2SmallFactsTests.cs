// What the workshop shows on OpenAI's GPT-2 small. The weights cannot be distributed with the program: these tests run for whoever has
// downloaded them with `gpt2 download gpt2`, and say so where they are skipped.

using Gpt2.Core;
using Gpt2.Core.Evaluation.Facts;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Tests.DefaultModel;

public sealed class Gpt2SmallFactsTests(Gpt2SmallFactsTests.Downloaded gpt2) : IClassFixture<Gpt2SmallFactsTests.Downloaded>
{
    private const string Prompt = "Mike is quick. He moves";

    [Gpt2SmallFact]
    public void Embedding_OfIs_StartsAsInTheWorkshop() => Holds(ModelFact.EmbeddingStarts(318, 0.0006, 0.0097, 0.010));

    [Gpt2SmallFact]
    public void Embedding_OfOneTokenAtSeveralPositions_IsASmallCluster() => Holds(ModelFact.OneTokenIsACluster(" is quick. He moves"));

    [Gpt2SmallFact]
    public void Attention_OfMovesInTheLastBlocksFirstHead_IsSixteenPercentOnMikeAnd23OnIs() =>
        Holds(ModelFact.Attends(Prompt, block: 11, head: 0, from: 5, (0, 0.16), (1, 0.23)));

    [Gpt2SmallFact]
    public void Predict_TheWorkshopsPrompt_IsQuicklyAndThenAnd()
    {
        gpt2.Tokenizer.Encode(" quickly and").Should().Equal(2952, 290);
        Holds(ModelFact.Continues(Prompt, " quickly and", 2));
    }

    [Gpt2SmallFact]
    public void Predict_TheWorkshopsPrompt_HasItsFirstLogit() => Holds(ModelFact.FirstLogit(Prompt, -135.9, 0.15));

    [Gpt2SmallFact]
    public void Generate_GreedyWalkWithTheDog_RepeatsItself() => Holds(ModelFact.Continues(
        "I enjoy walking with my cute dog",
        ", but I'm not sure if I'll ever be able to walk with my dog. I'm not sure if I'll ever be able to walk with my dog.\n\nI'm not sure",
        40));

    private void Holds(ModelFact fact) => fact.Problem(gpt2.Model, gpt2.Tokenizer).Should().BeNull(fact.Statement);

    /// <summary>The model, if it is here, loaded once.</summary>
    public sealed class Downloaded
    {
        private readonly Lazy<LanguageModel> loaded = new(() => LanguageModel.Load("gpt2", new LoadOptions { KeepMatrices = true }));

        internal Gpt2Model Model => loaded.Value.Model;

        internal Tokenizer Tokenizer => loaded.Value.Tokenizer;
    }
}

/// <summary>A test that needs OpenAI's GPT-2 small.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Gpt2SmallFactAttribute : FactAttribute
{
    public Gpt2SmallFactAttribute() =>
        Skip = IsHere ? null : "optional: OpenAI's GPT-2 has not been downloaded; 'gpt2 download gpt2' gets it";

    /// <summary>Whether there is a folder of that name; a file of that name is the program.</summary>
    private static bool IsHere
    {
        get
        {
            try
            {
                return Directory.Exists(ModelLocator.Find("gpt2"));
            }
            catch (Gpt2Exception)
            {
                return false;
            }
        }
    }
}
