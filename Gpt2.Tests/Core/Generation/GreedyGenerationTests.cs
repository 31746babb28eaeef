// Greedy decoding against the reference values, within and beyond the context, and the loop's ends.

using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class GreedyGenerationTests
{
    [Theory]
    [MemberData(nameof(TestModels.ReferenceModelsAndRungs), MemberType = typeof(TestModels))]
    public void Generate_EveryGreedyRowOfTheReference_IsEqual(string name, KernelRung rung)
    {
        Gpt2Model model = TestModels.Reference(name, rung);
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "decode.json")));
        int compared = 0;
        foreach (JsonElement row in rows.RootElement.EnumerateArray())
        {
            if (!row.GetProperty("kind").GetString()!.StartsWith("greedy", StringComparison.Ordinal))
            {
                continue;
            }

            int? end = row.TryGetProperty("eos", out JsonElement eos) && eos.ValueKind == JsonValueKind.Number ? eos.GetInt32() : null;
            Generate(model, Ids(row, "ids"), row.GetProperty("new").GetInt32(), end).Should().Equal(Ids(row, "out"));
            compared++;
        }

        compared.Should().BeGreaterThanOrEqualTo(2);
    }

    [SharedFact]
    public void Generate_All729InputsOfTheSortingModel_ComeOutSorted()
    {
        var model = new Gpt2Model(
            CsvModelFolder.ReadWeights(SharedData.PathOf("models", "nano-sort")), KernelSet.Create(KernelRung.Vector));
        for (int input = 0; input < 729; input++)
        {
            int[] letters = [.. Enumerable.Range(0, 6).Select(digit => input / (int)Math.Pow(3, digit) % 3)];
            Generate(model, letters, 6, null).Should().Equal(letters.Order());
        }
    }

    [Fact]
    public void TryNext_AtTheMostTokens_EndsWithLength()
    {
        GenerationSession session = Session(max: 3, end: null);

        Take(session).Should().HaveCount(3);

        session.FinishReason.Should().Be(FinishReason.Length);
        session.Ids.Should().HaveCount(5);
        session.TryNext(out _).Should().BeFalse();
    }

    [Fact]
    public void TryNext_AtTheEndOfText_EndsWithStop()
    {
        int third = Take(Session(max: 3, end: null))[^1];
        GenerationSession session = Session(max: 10, end: third);

        int[] taken = Take(session);

        taken[^1].Should().Be(third);
        taken.Should().HaveCountLessThanOrEqualTo(3);
        session.FinishReason.Should().Be(FinishReason.Stop);
    }

    [Fact]
    public void TryNext_NoTokensWanted_HasNone()
    {
        GenerationSession session = Session(max: 0, end: null);

        session.TryNext(out _).Should().BeFalse();
        session.FinishReason.Should().Be(FinishReason.Length);
    }

    [Fact]
    public void TryNext_EnormousMaximum_TakesNoMemoryForIt()
    {
        Session(max: int.MaxValue, end: null).TryNext(out _).Should().BeTrue();
    }

    [Fact]
    public void Session_WrongPrompt_IsRefusedBeforeAnyToken()
    {
        var model = new Gpt2Model(TestModels.Random(new Gpt2Config(5, 3, 4, 2, 1), 2), KernelSet.Create(KernelRung.Vector));
        Action tooLong = () => _ = new GenerationSession(model, [1, 1, 1, 1], 1, null);
        Action empty = () => _ = new GenerationSession(model, [], 1, null);

        tooLong.Should().Throw<Gpt2Exception>().With(found: "*4 tokens*", expected: "*n_ctx = 3*");
        empty.Should().Throw<Gpt2Exception>().With(found: "*empty*");
    }

    [Fact]
    public void Choose_EqualLogits_TakesTheLowestId()
    {
        Greedy.Choose([1, 3, 3, 2]).Should().Be(1);
        Greedy.Choose([float.NegativeInfinity, -2, -2]).Should().Be(1);
    }

    [Theory]
    [InlineData(float.NaN, "the logit of token 1 is not a number")]
    [InlineData(float.PositiveInfinity, "the logit of token 1 is +∞")]
    public void Choose_LogitThatHasNoDistribution_IsRefusedAtAnyPlace(float logit, string found)
    {
        for (int vocabulary = 2; vocabulary < 70; vocabulary++)
        {
            var logits = new float[vocabulary];
            logits[1] = logit;
            logits[^1] = vocabulary == 2 ? logit : float.NegativeInfinity;
            Action choose = () => Greedy.Choose(logits);

            choose.Should().Throw<Gpt2Exception>().With(found, remedy: "*");
        }
    }

    [Fact]
    public void Choose_MinusInfinityAlone_IsRefused()
    {
        Action choose = () => Greedy.Choose([float.NegativeInfinity, float.NegativeInfinity]);

        choose.Should().Throw<Gpt2Exception>().With(
            found: "all logits are −∞", remedy: "the weights are broken or too large to compute with: 'gpt2 doctor' finds which");
    }

    [Fact]
    public void Top_OfEqualLogits_PutsTheLowerIdFirst()
    {
        Candidate[] top = Prediction.Top([1, 5, 5, 2], [0.1f, 0.4f, 0.4f, 0.1f], 3);

        top.Select(candidate => candidate.Id).Should().Equal(1, 2, 3);
        top[0].Should().Be(new Candidate(1, 5, 0.4f));
        Prediction.Top([1, 2], [0.3f, 0.7f], 10).Should().HaveCount(2, "there are no more tokens than that");
    }

    private static GenerationSession Session(int max, int? end)
    {
        var model = new Gpt2Model(TestModels.Random(new Gpt2Config(50, 6, 4, 2, 2), 2), KernelSet.Create(KernelRung.Vector));
        return new GenerationSession(model, [1, 2], max, end);
    }

    private static int[] Generate(Gpt2Model model, int[] prompt, int max, int? end) => Take(new GenerationSession(model, prompt, max, end));

    private static int[] Take(GenerationSession session)
    {
        var taken = new List<int>();
        while (session.TryNext(out int id))
        {
            taken.Add(id);
        }

        return [.. taken];
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
