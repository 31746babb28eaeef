// Strided evaluation against the definition: one forward pass per token, over exactly what its window shows of the past.

using Gpt2.Core;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Evaluation;

public class SlidingEvaluationTests
{
    private const int Context = 6;

    private static readonly Gpt2Model Model =
        new(TestModels.Random(new Gpt2Config(258, Context, 8, 2, 2), seed: 11), KernelSet.Create(KernelRung.Scalar));

    public static TheoryData<int, int> LengthsAndStrides()
    {
        var data = new TheoryData<int, int>();
        foreach (int length in (int[])[2, 3, 5, 6, 7, 8, 11, 12, 13, 18, 19, 25])
        {
            for (int stride = 1; stride <= Context; stride++)
            {
                data.Add(length, stride);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LengthsAndStrides))]
    public void Run_AnyLengthAndStride_IsTheMeanOverTokensWithTheirPast(int length, int stride)
    {
        int[] ids = TestModels.Ids(Model.Config, length, seed: 21);

        EvaluationResult result = SlidingEvaluation.Run(Model, ids, stride);

        result.Tokens.Should().Be(length - 1);
        result.Loss.Should().BeApproximately(Enumerable.Range(1, length - 1).Average(t => LossOf(ids, t, PastOf(t, stride))), 1e-5);
        result.Perplexity.Should().BeApproximately(Math.Exp(result.Loss), 1e-9);
    }

    [Fact]
    public void Run_StrideOne_GivesEveryTokenAFullWindow()
    {
        int[] ids = TestModels.Ids(Model.Config, 20, seed: 4);

        double direct = Enumerable.Range(1, 19).Average(t => LossOf(ids, t, Math.Min(t, Context - 1)));

        SlidingEvaluation.Run(Model, ids, stride: 1).Loss.Should().BeApproximately(direct, 1e-5);
    }

    [Theory]
    [InlineData(4, 3, 1)]   // shorter than a window
    [InlineData(6, 3, 1)]   // exactly one
    [InlineData(6, 1, 1)]
    [InlineData(7, 1, 2)]
    [InlineData(7, 3, 2)]
    [InlineData(9, 3, 2)]
    [InlineData(10, 3, 3)]
    [InlineData(6, 6, 1)]
    [InlineData(7, 6, 1)]   // the end of the first window predicts the seventh token
    [InlineData(12, 6, 2)]
    [InlineData(13, 6, 2)]
    [InlineData(14, 6, 3)]
    public void Run_Windows_AreAsManyAsNeeded(int length, int stride, int windows)
    {
        SlidingEvaluation.Run(Model, TestModels.Ids(Model.Config, length, seed: 2), stride).Windows.Should().Be(windows);
    }

    [Fact]
    public void Run_StrideOfTheContext_ScoresWindowsOnTheirOwn()
    {
        int[] ids = TestModels.Ids(Model.Config, 13, seed: 8);

        double first = SlidingEvaluation.Run(Model, ids.AsSpan(0, 7), Context).Loss;
        double second = SlidingEvaluation.Run(Model, ids.AsSpan(6, 7), Context).Loss;

        SlidingEvaluation.Run(Model, ids, Context).Loss.Should().BeApproximately((first + second) / 2, 1e-6);
    }

    [Fact]
    public void Run_ContextOfOne_PredictsFromTheTokenBefore()
    {
        var model = new Gpt2Model(TestModels.Random(new Gpt2Config(9, 1, 4, 2, 1), seed: 3), KernelSet.Create(KernelRung.Scalar));

        EvaluationResult result = SlidingEvaluation.Run(model, [1, 2, 3, 4], SlidingEvaluation.StandardStride(model.Config));

        (result.Tokens, result.Windows).Should().Be((3, 3));
        double.IsFinite(result.Loss).Should().BeTrue();
    }

    [Fact]
    public void BitsPerByte_CountsTheBytesOfScoredTokens_NotOfTheEndOfText()
    {
        var vocabulary = new Vocabulary([new Merge(64, 65)]); // ab is 256, the end of text 257
        int[] ids = [256, 256, 66, 257, 256];

        EvaluationResult result = SlidingEvaluation.Run(Model, ids, stride: 3, vocabulary);

        result.Bytes.Should().Be(2 + 1 + 0 + 2);
        result.BitsPerByte.Should().BeApproximately(result.Loss * 4 / Math.Log(2) / 5, 1e-12);
        SlidingEvaluation.Run(Model, ids, stride: 3).BitsPerByte.Should().BeNull();
        SlidingEvaluation.Run(Model, [256, 257], stride: 3, vocabulary).BitsPerByte.Should().BeNull();
    }

    [Fact]
    public void Run_Progress_RisesToTheEnd()
    {
        var shares = new List<double>();

        SlidingEvaluation.Run(Model, TestModels.Ids(Model.Config, 30, seed: 1), stride: 4, progress: new Reports(shares));

        shares.Should().BeInAscendingOrder().And.HaveCount(7);
        shares[^1].Should().Be(1);
    }

    [Fact]
    public void Run_Cancelled_Throws()
    {
        Action run = () => SlidingEvaluation.Run(Model, [1, 2], 1, cancellation: new CancellationToken(canceled: true));

        run.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Run_WrongInput_IsRefused()
    {
        Error([1], 3).ShouldHave(found: "the text has 1 token", expected: "at least 2, *");
        Error([], 3).ShouldHave(found: "the text has 0 tokens", expected: "at least 2, *");
        Error([1, 2], 0).ShouldHave(found: "the stride is 0", expected: "1 to n_ctx = 6");
        Error([1, 2], 7).ShouldHave(found: "the stride is 7", expected: "1 to n_ctx = 6");
        Error([1, 258, 3], 3).ShouldHave(found: "token id 258 is outside the vocabulary", expected: "0 to 257");
        Error([1, 2, 3, 4, 5, 6, 258], 6).ShouldHave(found: "target 258 is outside the vocabulary", expected: "0 to 257");
    }

    [Fact]
    public void Run_BrokenModel_FailsAndGivesNoNumber()
    {
        Gpt2Weights weights = TestModels.Random(Model.Config, seed: 1);
        weights.FinalNorm.Bias.Span[0] = float.NaN;
        var broken = new Gpt2Model(weights, KernelSet.Create(KernelRung.Vector));

        Action run = () => SlidingEvaluation.Run(broken, [1, 2, 3], 3);

        run.Should().Throw<Gpt2Exception>().With(found: "the logit of token 0 is not a number");
    }

    /// <summary>Tokens before token t in the first window that holds it.</summary>
    private static int PastOf(int t, int stride)
    {
        int begin = 0;
        while (begin + Context <= t)
        {
            begin += stride;
        }

        // A window's first token is predicted by the end of the window before.
        return t == begin ? Context : t - begin;
    }

    private static double LossOf(int[] ids, int token, int past)
    {
        var a = new ForwardActivations(Model.Config);
        Model.Forward(ids.AsSpan(token - past, past), cache: null, a);
        return CrossEntropy.OfToken(a.Logits.Row(0), ids[token]);
    }

    private static Gpt2Exception Error(int[] ids, int stride) =>
        ((Action)(() => SlidingEvaluation.Run(Model, ids, stride))).Should().Throw<Gpt2Exception>().Which;

    private sealed class Reports(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }
}
