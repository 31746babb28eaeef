// Beam search against the reference values, the lecture's example, and what must hold of its width.

using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class BeamSearchTests
{
    [Theory]
    [MemberData(nameof(TestModels.ReferenceModelsAndRungs), MemberType = typeof(TestModels))]
    public void Run_EveryBeamRowOfTheReference_IsEqual(string name, KernelRung rung)
    {
        Gpt2Model model = TestModels.Reference(name, rung);
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "decode.json")));
        int compared = 0;
        foreach (JsonElement row in rows.RootElement.EnumerateArray().Where(row => row.GetProperty("kind").GetString() == "beam"))
        {
            var options = new BeamOptions
            {
                MaxNewTokens = row.GetProperty("new").GetInt32(),
                NumBeams = row.GetProperty("beams").GetInt32(),
                LengthPenalty = row.GetProperty("length_penalty").GetDouble(),
            };
            int? end = row.GetProperty("eos") is { ValueKind: JsonValueKind.Number } eos ? eos.GetInt32() : null;

            BeamHypothesis best = new BeamSearch(options, end).Run(model, Ids(row, "ids")).Hypotheses[0];

            best.Ids.Should().Equal(Ids(row, "out"));
            best.SumLogProbability.Should().BeApproximately(row.GetProperty("sum_logprobs").GetDouble(), 1e-4);
            best.Score.Should().BeApproximately(row.GetProperty("score").GetDouble(), 1e-4);
            compared++;
        }

        compared.Should().Be(6);
    }

    [Fact]
    public void Run_TheLecturesExample_FindsHowAreYou()
    {
        // how → come .24, are .31 of 1 − .37 …: greedy has "are" at .37 alone; of three beams the products decide.
        string[] words = ["come", "are", "do", "you", "about", "it"];
        float[] LogitsAfter(int[] ids) => ids switch
        {
            [] => Logits(.24, .31, .26, .10, .05, .04),
            [0] => Logits(.14, .10, .20, .10, .10, .36),
            [1] => Logits(.02, .02, .02, .91, .02, .01),
            _ => Logits(.10, .10, .07, .05, .05, .63),
        };

        BeamResult result = new BeamSearch(new() { MaxNewTokens = 2, NumBeams = 3, Results = 3 }, null).Run(new TableModel(LogitsAfter), []);

        result.Hypotheses.Select(found => string.Join(' ', found.Ids.Select(id => words[id]))).Should().Equal("are you", "do it", "come it");
        result.Hypotheses.Select(found => Math.Round(Math.Exp(found.SumLogProbability), 4)).Should().Equal(.2821, .1638, .0864);
        result.Candidates.Should().Be(6 + (3 * 6), "the candidates of a step are beams × vocabulary");
        Gpt2.Core.Generation.Greedy.Choose(Logits(.13, .37, .22, .17, .06, .05)).Should().Be(1, "given how, greedy takes are, .37");
    }

    [Fact]
    public void Run_TenThousandRandomModels_AgreeWithTheBruteForceSearch()
    {
        var random = new RandomGenerator(1);
        int Pick(int count) => (int)(random.NextBits() % (ulong)count);
        int stopped = 0, several = 0;
        for (ulong round = 0; round < 10_000; round++)
        {
            int vocabulary = 2 + Pick(5), beams = 1 + Pick(5);
            var options = new BeamOptions
            {
                MaxNewTokens = 1 + Pick(5),
                NumBeams = beams,
                Results = 1 + Pick(beams),
                LengthPenalty = ((double[])[1, 0, 2, 0.5, -1, 4])[Pick(6)],
                EarlyStopping = beams == 1 || Pick(3) == 0, // one beam always stops early: it is greedy choice
            };
            int? end = Pick(4) == 0 ? null : Pick(vocabulary);
            Func<int[], float[]> table = TableModel.Random(vocabulary, round);

            BeamResult result = new BeamSearch(options, end).Run(new TableModel(table), []);

            PlainText[] expected = PlainBeams.Search(table, options, end);
            result.Hypotheses.Should().HaveCount(expected.Length, "{0} {1}", round, options);
            for (int place = 0; place < expected.Length; place++)
            {
                BeamHypothesis found = result.Hypotheses[place];
                found.Ids.SequenceEqual(expected[place].Ids).Should().BeTrue("place {0} of model {1}, {2}", place, round, options);
                Math.Abs(found.Score - expected[place].Score).Should().BeLessThan(1e-9);
                stopped += found.Finish == FinishReason.Stop ? 1 : 0;
            }

            several += expected.Length > 1 ? 1 : 0;
        }

        stopped.Should().BeGreaterThan(2000, "many texts come to their end");
        several.Should().BeGreaterThan(2000, "many searches have several results");
    }

    [Fact]
    public void Run_AsWideAsAllTexts_FindsTheBestOfAllTexts()
    {
        var random = new RandomGenerator(2);
        int Pick(int count) => (int)(random.NextBits() % (ulong)count);
        for (ulong round = 0; round < 2000; round++)
        {
            int vocabulary = 2 + Pick(2), tokens = 1 + Pick(4);
            var options = new BeamOptions
            {
                MaxNewTokens = tokens,
                NumBeams = (int)Math.Pow(vocabulary, tokens),
                LengthPenalty = ((double[])[1, 0, 2, -1])[Pick(4)],
            };
            int? end = Pick(3) == 0 ? null : Pick(vocabulary);
            Func<int[], float[]> table = TableModel.Random(vocabulary, round);

            int[] found = new BeamSearch(options, end).Run(new TableModel(table), []).Hypotheses[0].Ids;

            found.Should().Equal(PlainBeams.Exhaustive(table, options, end).Ids);
        }
    }

    [Fact]
    public void Run_WidthOfTheVocabularyOverTwoTokens_FindsTheBestOfAllTexts()
    {
        for (ulong round = 0; round < 2000; round++)
        {
            int vocabulary = 2 + (int)(round % 7);
            var options = new BeamOptions { MaxNewTokens = 2, NumBeams = vocabulary };
            Func<int[], float[]> table = TableModel.Random(vocabulary, round);

            int[] found = new BeamSearch(options, null).Run(new TableModel(table), []).Hypotheses[0].Ids;

            found.Should().Equal(PlainBeams.Exhaustive(table, options, null).Ids);
        }
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Run_OneBeam_IsGreedyWithinAndBeyondTheContext(KernelRung rung)
    {
        foreach (ulong seed in (ulong[])[1, 2, 3])
        {
            Gpt2Model model = Model(rung, seed);
            foreach (int? end in (int?[])[null, Greedy(model, 30, null)[6]])
            {
                BeamHypothesis found = new BeamSearch(new() { MaxNewTokens = 30, NumBeams = 1 }, end).Run(model, [1, 2, 3]).Hypotheses[0];

                found.Ids.Should().Equal(Greedy(model, 30, end));
                found.Finish.Should().Be(end is null ? FinishReason.Length : FinishReason.Stop);
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Run_BeamsOfAModelBeyondTheContext_AgreeWithTheBruteForceSearch(KernelRung rung)
    {
        Gpt2Model model = Model(rung, 5);
        int[] prompt = [3, 1, 2];
        float[] LogitsAfter(int[] ids)
        {
            var a = new ForwardActivations(model.Config);
            model.Forward([.. prompt.Concat(ids).TakeLast(model.Config.Context)], null, a);
            return a.Logits.Row(0).ToArray();
        }

        var options = new BeamOptions { MaxNewTokens = 20, NumBeams = 4, Results = 4 };

        BeamResult result = new BeamSearch(options, 7).Run(model, prompt);

        PlainText[] expected = PlainBeams.Search(LogitsAfter, options, 7);
        result.Hypotheses.Select(found => string.Join(' ', found.Ids)).Should().Equal(expected.Select(text => string.Join(' ', text.Ids)));
        result.Hypotheses[0].Score.Should().BeApproximately(expected[0].Score, 1e-5);
    }

    [Fact]
    public void Run_EqualSums_TakesTheBetterBeamAndThenTheLowerId()
    {
        var options = new BeamOptions { MaxNewTokens = 2, NumBeams = 2, Results = 2 };

        BeamResult result = new BeamSearch(options, null).Run(new TableModel(_ => new float[3]), []);

        result.Hypotheses.Select(found => string.Join(' ', found.Ids)).Should().Equal("0 0", "0 1");
    }

    [Fact]
    public void Run_EarlyStopping_EndsWithAsManyTextsAsBeams()
    {
        // Token 0 ends. After one step it is finished; each later step finishes another, though longer texts would score higher.
        float[] LogitsAfter(int[] ids) => Logits(.4, .35, .25);
        BeamResult Run(bool early) => new BeamSearch(new() { MaxNewTokens = 12, NumBeams = 2, LengthPenalty = 3, EarlyStopping = early }, 0)
            .Run(new TableModel(LogitsAfter), []);

        Run(early: true).Hypotheses[0].Ids.Should().Equal(1, 0);
        Run(early: false).Hypotheses[0].Ids.Should().HaveCount(12);
    }

    [Fact]
    public void Run_Penalties_ApplyToLogProbabilities()
    {
        // A penalty of 30 makes .85 for the second 1 exp(30 ln .85), less than .1 for the first 0.
        float[] LogitsAfter(int[] ids) => ids.Length == 0 ? Logits(.06, .9, .04) : Logits(.1, .85, .05);
        int[] Best(BeamOptions options) =>
            new BeamSearch(options with { MaxNewTokens = 2, NumBeams = 2 }, null).Run(new TableModel(LogitsAfter), [2]).Hypotheses[0].Ids;

        Best(new()).Should().Equal(1, 1);
        Best(new() { NoRepeatNgram = 1 }).Should().Equal(1, 0);
        Best(new() { RepetitionPenalty = 1.5 }).Should().Equal(1, 1);
        Best(new() { RepetitionPenalty = 30 }).Should().Equal(1, 0);
    }

    [Fact]
    public void Run_Tree_HoldsEveryBranchWithItsFate()
    {
        float[] LogitsAfter(int[] ids) => ids.Length == 0 ? Logits(.5, .3, .2) : Logits(.2, .2, .6);

        BeamResult result = new BeamSearch(new() { MaxNewTokens = 2, NumBeams = 2, LengthPenalty = 0 }, 2).Run(new TableModel(LogitsAfter), []);

        result.Tree.Children.Select(node => (node.Id, node.Fate)).Should().Equal(
            (0, BeamFate.Kept), (1, BeamFate.Kept), (2, BeamFate.Dropped));
        BeamNode[] second = [.. result.Tree.Children.SelectMany(node => node.Children)];
        second.Select(node => (node.Parent!.Id, node.Id, node.Fate)).Should().Equal(
            (0, 2, BeamFate.Finished), (0, 0, BeamFate.Finished), (0, 1, BeamFate.Finished), (1, 2, BeamFate.Finished));
        result.Hypotheses[0].Ids.Should().Equal(0, 2);
        result.Hypotheses[0].Leaf.Should().BeSameAs(second[0]);
        Math.Exp(second[0].Sum).Should().BeApproximately(.3, 1e-6);
        Math.Exp(second[0].LogProbability).Should().BeApproximately(.6, 1e-6);
        second[0].Score.Should().Be(second[0].Sum);
        second[0].Ids().Should().Equal(0, 2);
    }

    [Fact]
    public void Run_NoTokensWanted_HasNoResult()
    {
        new BeamSearch(new() { MaxNewTokens = 0 }, null).Run(new TableModel(_ => [1, 2]), []).Hypotheses.Should().BeEmpty();
    }

    [Fact]
    public void Search_OptionsThatMakeNoSense_AreRefused()
    {
        foreach ((BeamOptions options, string found, string expected) in ((BeamOptions, string, string)[])
            [
                (new() { NumBeams = 0 }, "num-beams is 0", "1 to 65536"),
                (new() { NumBeams = 2_000_000_000 }, "num-beams is 2000000000", "1 to 65536"),
                (new() { LengthPenalty = double.NaN }, "length-penalty is NaN", "a finite number"),
                (new() { NumBeams = 2, Results = 3 }, "3 results of 2 beams", "1 to 2"),
                (new() { Results = 0 }, "0 results of 4 beams", "*"),
                (new() { MaxNewTokens = -1 }, "max-new-tokens is -1", "*"),
                (new() { RepetitionPenalty = -1 }, "repetition-penalty is -1", "*"),
            ])
        {
            Action make = () => _ = new BeamSearch(options, null);

            make.Should().Throw<Gpt2Exception>().With(found, expected);
        }
    }

    private static Gpt2Model Model(KernelRung rung, ulong seed) =>
        Gpt2Model.ForInference(TestModels.Random(new Gpt2Config(30, 12, 8, 2, 2), seed), KernelSet.Create(rung, 2));

    private static int[] Greedy(Gpt2Model model, int most, int? end) =>
        [.. new TextGenerator(model, null, end).Generate([1, 2, 3], new() { MaxNewTokens = most }).Select(token => token.Id)];

    private static float[] Logits(params double[] probabilities) => SamplerTests.LogitsOf(probabilities);

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
