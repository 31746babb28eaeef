// The loss of a text token by token: against PyTorch's values, and against the evaluation of the whole text.

using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Evaluation;

public class TokenLossesTests
{
    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Of_TheReferenceModels_EqualsReference(string name)
    {
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "steps", "loss.json")));
        JsonElement root = reference.RootElement;
        int[] ids = [.. root.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        float[] expected = [.. root.GetProperty("token_losses").EnumerateArray().Select(value => (float)value.GetDouble())];

        TokenLoss[] losses = TokenLosses.Of(TestModels.Reference(name), ids);

        losses.Select(loss => loss.Position).Should().Equal(Enumerable.Range(1, ids.Length - 1));
        losses.Select(loss => loss.Id).Should().Equal(ids[1..]);
        Close.Assert([.. losses.Select(loss => (float)loss.Loss)], expected, atol: 0, what: $"{name} token losses");
        Close.Assert([(float)losses[^1].Mean], [root.GetProperty("loss").GetSingle()], atol: 0, what: $"{name} loss");
        Close.Assert([(float)losses[^1].Perplexity], [root.GetProperty("perplexity").GetSingle()], rtol: 1e-3, atol: 0, what: $"{name} perplexity");
    }

    [Fact]
    public void Of_AText_IsTheMeanThatTheEvaluationFinds_WithTheTracesProbabilitiesAndRanks()
    {
        Gpt2Model model = TestModels.Reference("tiny");
        int[] ids = TestModels.Ids(model.Config, model.Config.Context, 3);
        ForwardTrace trace = ForwardTrace.Run(model, ids, HeadRows.All);

        TokenLoss[] losses = TokenLosses.Of(model, ids);

        losses[^1].Mean.Should().BeApproximately(SlidingEvaluation.Run(model, ids, model.Config.Context).Loss, 1e-12);
        double total = 0;
        foreach ((TokenLoss loss, int place) in losses.Select((loss, place) => (loss, place)))
        {
            float[] probabilities = trace.Activations.Probabilities.Row(place).ToArray();
            loss.Probability.Should().BeApproximately(probabilities[ids[place + 1]], 1e-5);
            loss.BestProbability.Should().BeApproximately(probabilities.Max(), 1e-5);
            loss.Best.Should().Be(Array.IndexOf(probabilities, probabilities.Max()));
            loss.Rank.Should().Be(1 + probabilities.Count(other => other > probabilities[ids[place + 1]]));
            total += loss.Loss;
            loss.Mean.Should().BeApproximately(total / (place + 1), 1e-12);
        }
    }

    [Fact]
    public void Of_TheEndOfAText_CostsWhatItCostsInTheWhole()
    {
        Gpt2Model model = TestModels.Reference("tiny");
        int[] ids = TestModels.Ids(model.Config, 6, 3);

        TokenLosses.Of(model, ids, first: 4).Select(loss => loss.Loss).Should().Equal(TokenLosses.Of(model, ids)[3..].Select(loss => loss.Loss));
    }

    [Fact]
    public void Of_TooFewTokens_IsRefused()
    {
        Action one = () => TokenLosses.Of(TestModels.Reference("tiny"), [3]);
        Action none = () => TokenLosses.Of(TestModels.Reference("tiny"), []);

        one.Should().Throw<Gpt2Exception>().With(found: "the text has 1 token", expected: "at least 2, since nothing predicts the first one");
        none.Should().Throw<Gpt2Exception>().WithMessage("the prompt is empty*");
    }

    [Fact]
    public void RunningMeans_ByHand() => TokenLosses.RunningMeans([3, 1, 2, 6]).Should().Equal(3, 2, 2, 3);
}
