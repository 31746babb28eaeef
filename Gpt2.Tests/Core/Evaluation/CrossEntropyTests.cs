// Loss and perplexity: the lectures' figures by hand, extremes, and the reference values.

using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Evaluation;

public class CrossEntropyTests
{
    [Fact]
    public void Loss_TheLecturesSixProbabilities_IsTenPointEight()
    {
        double[] probabilities = [7.4541e-5, 3.1061e-5, 1.1563e-5, 1.0337e-5, 5.6776e-5, 4.7559e-6];

        double loss = probabilities.Average(CrossEntropy.OfProbability);

        loss.Should().BeApproximately(10.7940, 5e-5);
        CrossEntropy.Perplexity(loss).Should().BeApproximately(48725, 0.5);
    }

    [Fact]
    public void Loss_TheLecturesSixProbabilitiesAsLogits_IsTheSame()
    {
        double[] probabilities = [7.4541e-5, 3.1061e-5, 1.1563e-5, 1.0337e-5, 5.6776e-5, 4.7559e-6];
        var logits = new Matrix("logits", rows: 6, columns: 2);
        for (int row = 0; row < 6; row++)
        {
            logits[row, 0] = (float)Math.Log(probabilities[row]);
            logits[row, 1] = (float)Math.Log(1 - probabilities[row]);
        }

        CrossEntropy.OfRows(logits, new int[6], new double[6]).Mean.Should().BeApproximately(10.7940, 5e-5);
    }

    [Fact]
    public void Loss_Certainty_CostsNothing()
    {
        CrossEntropy.OfProbability(1).Should().Be(0);
        double.IsNegative(CrossEntropy.OfProbability(1)).Should().BeFalse();
        CrossEntropy.OfProbability(0).Should().Be(double.PositiveInfinity);
        CrossEntropy.OfToken([1000, 0, -5], 0).Should().Be(0);
        CrossEntropy.Perplexity(0).Should().Be(1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(257)]
    [InlineData(50257)]
    public void Loss_EqualLogits_IsTheLogarithmOfTheVocabulary(int vocabulary)
    {
        var logits = new float[vocabulary];
        Array.Fill(logits, -3.5f);

        CrossEntropy.OfToken(logits, vocabulary - 1).Should().BeApproximately(Math.Log(vocabulary), 1e-9);
    }

    [Fact]
    public void Loss_ByHand_IsMinusTheLogarithmOfSoftmax()
    {
        float[] logits = [1, 2, 3];
        double sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);

        for (int target = 0; target < 3; target++)
        {
            CrossEntropy.OfToken(logits, target).Should().BeApproximately(-Math.Log(Math.Exp(logits[target]) / sum), 1e-12);
        }
    }

    [Fact]
    public void Loss_HugeLogits_StaysFinite()
    {
        CrossEntropy.OfToken([1e30f, 0, -1e30f], 0).Should().Be(0);
        CrossEntropy.OfToken([1e30f, 0, -1e30f], 1).Should().BeApproximately(1e30, 1e24);
        CrossEntropy.OfToken([1e30f, 1e30f], 1).Should().BeApproximately(Math.Log(2), 1e-12);
        CrossEntropy.OfToken([-1e30f, -1e30f], 1).Should().BeApproximately(Math.Log(2), 1e-12);
        CrossEntropy.OfToken([float.MaxValue, -float.MaxValue], 1).Should().BeApproximately(2.0 * float.MaxValue, 1e30);
    }

    [Fact]
    public void Loss_MinusInfinity_IsAProbabilityOfZero()
    {
        CrossEntropy.OfToken([0, float.NegativeInfinity, 0], 0).Should().BeApproximately(Math.Log(2), 1e-12);
        CrossEntropy.OfToken([0, float.NegativeInfinity], 1).Should().Be(double.PositiveInfinity);
    }

    [Theory]
    [InlineData(0, float.NaN, 0, "the logit of token 1 is not a number")]
    [InlineData(float.NaN, 0, 0, "the logit of token 0 is not a number")]
    [InlineData(0, float.PositiveInfinity, 0, "the logit of token 1 is +∞")]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, "all logits are −∞")]
    public void Loss_NoDistribution_IsRefused(float first, float second, float third, string found)
    {
        Action loss = () => CrossEntropy.OfToken([first, second, third], 2);

        loss.Should().Throw<Gpt2Exception>().With(found, remedy: "*");
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(3)]
    public void Loss_TargetOutsideTheVocabulary_IsRefused(int target)
    {
        Action loss = () => CrossEntropy.OfToken([1, 2, 3], target);

        loss.Should().Throw<Gpt2Exception>().With(found: $"target {target} is outside the vocabulary", expected: "0 to 2");
    }

    [Fact]
    public void Rows_TargetMinusOne_DoesNotCount()
    {
        var logits = new Matrix("logits", 3, 4);
        logits[1, 2] = float.NaN; // nobody looks
        double[] losses = [9, 9, 9];

        LossSum sum = CrossEntropy.OfRows(logits, [3, -1, 0], losses);

        sum.Count.Should().Be(2);
        sum.Mean.Should().BeApproximately(Math.Log(4), 1e-12);
        losses[1].Should().Be(0);
        losses[0].Should().BeApproximately(Math.Log(4), 1e-12);
    }

    [Fact]
    public void Rows_NoTargetThatCounts_HasNoMean()
    {
        LossSum sum = CrossEntropy.OfRows(new Matrix("logits", 2, 4), [-1, -1], new double[2]);

        ((Func<double>)(() => sum.Mean)).Should().Throw<Gpt2Exception>().With(found: "no target counts", expected: "at least one that is not -1");
    }

    [Fact]
    public void Rows_WrongLengths_AreRefused()
    {
        var logits = new Matrix("logits", 2, 4);

        ((Action)(() => CrossEntropy.OfRows(logits, [1], new double[2]))).Should().Throw<ArgumentException>();
        ((Action)(() => CrossEntropy.OfRows(logits, [1, 1], new double[1]))).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Probability_OutOfRange_IsRefused(double probability)
    {
        ((Action)(() => CrossEntropy.OfProbability(probability))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [MemberData(nameof(TestModels.ReferenceModelsAndRungs), MemberType = typeof(TestModels))]
    public void Loss_OfTheReferenceModels_EqualsReference(string name, KernelRung rung)
    {
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "steps", "loss.json")));
        JsonElement root = reference.RootElement;
        int[] ids = [.. root.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        int[] targets = [.. root.GetProperty("targets").EnumerateArray().Select(id => id.GetInt32())];
        float[] expected = [.. root.GetProperty("token_losses").EnumerateArray().Select(value => (float)value.GetDouble())];

        Gpt2Model model = TestModels.Reference(name, rung);
        var a = new ForwardActivations(model.Config, headRows: HeadRows.All);
        model.Forward(ids, cache: null, a);
        var losses = new double[ids.Length];
        double loss = CrossEntropy.OfRows(a.Logits, targets, losses).Mean;

        float[] counted = [.. losses.Where((_, row) => targets[row] != -1).Select(value => (float)value)];
        Close.Assert(counted, expected, atol: 0, what: $"{name} {rung} token losses");
        Close.Assert([(float)loss], [root.GetProperty("loss").GetSingle()], atol: 0, what: $"{name} {rung} loss");
        Close.Assert(
            [(float)CrossEntropy.Perplexity(loss)], [root.GetProperty("perplexity").GetSingle()], rtol: 1e-3, atol: 0,
            what: $"{name} {rung} perplexity");
    }

    [Theory]
    [InlineData(257)]
    [InlineData(5000)]
    public void Loss_OfAFreshModel_IsNearTheLogarithmOfTheVocabulary(int vocabulary)
    {
        var weights = new Gpt2Weights(new Gpt2Config(vocabulary, 32, 48, 4, 2));
        WeightInitialisation.Fill(weights, seed: 3);
        var model = new Gpt2Model(weights, KernelSet.Create(KernelRung.Vector));
        int[] ids = TestModels.Ids(model.Config, 33, seed: 5);

        var a = new ForwardActivations(model.Config, headRows: HeadRows.All);
        model.Forward(ids.AsSpan(0, 32), cache: null, a);

        CrossEntropy.OfRows(a.Logits, ids.AsSpan(1), new double[32]).Mean.Should().BeApproximately(Math.Log(vocabulary), 0.1);
    }

    [Fact]
    public void Loss_OfAFreshModelOfTheLecturesSizes_IsNearTheLogarithmOfTheVocabulary_OverTheFlattenedRowsOfABatch()
    {
        // GPT-2 small's sizes with a context of 256 and without the bias of attention; two sequences of three tokens.
        var weights = new Gpt2Weights(new Gpt2Config(50257, 256, 768, 12, 12) { QkvBias = false });
        WeightInitialisation.Fill(weights, seed: 3);
        Gpt2Model model = Gpt2Model.ForInference(weights, KernelSet.Create(KernelRung.Tuned));
        int[] ids = [16833, 3626, 6100, 40, 1107, 588], targets = [3626, 6100, 345, 1107, 588, 11311];

        var a = new ForwardActivations(model.Config, headRows: HeadRows.All, sequences: 2);
        model.Forward(ids, cache: null, a);

        (a.Logits.Rows, a.Logits.Columns).Should().Be((2 * 3, 50257), "a batch of logits, (2, 3, 50257), is a matrix of six rows");
        CrossEntropy.OfRows(a.Logits, targets, new double[6]).Mean.Should().BeApproximately(Math.Log(50257), 0.35);
    }
}
