// A model so small that its whole forward pass can be computed by hand, and what it refuses.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class ForwardByHandTests
{
    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Forward_TwoChannelsOneHead_GivesTheNumbersComputedByHand(KernelRung rung)
    {
        // wte rows (3, 1) and (1, 3), wpe rows (1, −1) and (−1, 1); all other weights 0 but c_attn's value part, the
        // identity, and attn/c_proj, the identity: attention averages what it sees, the feed-forward adds nothing.
        var weights = new Gpt2Weights(new Gpt2Config(2, 2, 2, 1, 1));
        Set(weights.TokenEmbedding, 3, 1, 1, 3);
        Set(weights.PositionEmbedding, 1, -1, -1, 1);
        BlockWeights block = weights.Blocks[0];
        Set(block.Ln1.Gain, 1, 1);
        Set(block.AttentionQkv.Weight, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1);
        Set(block.AttentionProjection.Weight, 1, 0, 0, 1);
        Set(weights.FinalNorm.Gain, 2, 2);
        Set(weights.FinalNorm.Bias, 0, 1);

        var a = new ForwardActivations(weights.Config, headRows: HeadRows.All);
        new Gpt2Model(weights, KernelSet.Create(rung)).Forward([0, 1], null, a);

        Close.Assert(a.PositionEmbeddings.Span, [4, 0, 0, 4]);
        // Rows (4, 0) and (0, 4) have mean 2 and deviation 2: normalised (1, −1) and (−1, 1).
        Close.Assert(a.Block(0).Ln1Normalised.Span, [1, -1, -1, 1]);
        Close.Assert(a.Block(0).Scores.Span, [0, -1e10f, 0, 0]);
        Close.Assert(a.Block(0).Attention.Span, [1, 0, 0.5f, 0.5f]);
        Close.Assert(a.Block(0).AttendedValues.Span, [1, -1, 0, 0]);
        Close.Assert(a.Block(0).Residual1.Span, [5, -1, 0, 4]);
        Close.Assert(a.Block(0).Residual2.Span, [5, -1, 0, 4]);
        Close.Assert(a.LastLayerNorm.Span, [1, -1, -1, 1]);
        Close.Assert(a.PredictedEmbedding.Span, [2, -1, -2, 3]);
        // logits = (2, −1) · (3, 1), (2, −1) · (1, 3); (−2, 3) · (3, 1), (−2, 3) · (1, 3)
        Close.Assert(a.Logits.Span, [5, -1, -3, 7]);
        Close.Assert(a.Probabilities.Row(0), [(float)(1 / (1 + Math.Exp(-6))), (float)(1 / (1 + Math.Exp(6)))]);
    }

    [Fact]
    public void Forward_PromptOfExactlyTheContext_Works()
    {
        var config = new Gpt2Config(5, 7, 6, 2, 2);
        var model = new Gpt2Model(TestModels.Random(config, 3), KernelSet.Create(KernelRung.Vector));
        var a = new ForwardActivations(config);

        for (int tokens = 1; tokens <= config.Context; tokens++)
        {
            model.Forward(TestModels.Ids(config, tokens, 3), null, a);
            a.Block(0).Residual2.Rows.Should().Be(tokens);
            a.Logits.Span.ToArray().Should().AllSatisfy(logit => float.IsFinite(logit).Should().BeTrue());
        }
    }

    [Theory]
    [InlineData(new int[0], "the prompt is empty", "at least one token")]
    [InlineData(new[] { 0, 5 }, "token id 5 is outside the vocabulary", "0 to 4")]
    [InlineData(new[] { -1 }, "token id -1 is outside the vocabulary", "0 to 4")]
    [InlineData(new[] { 0, 0, 0, 0 }, "the prompt has 4 tokens", "at most n_ctx = 3", "shorten it")]
    public void Forward_WrongPrompt_SaysWhatIsWrong(int[] ids, string found, string expected, string? remedy = null)
    {
        var config = new Gpt2Config(5, 3, 2, 1, 1);
        var model = new Gpt2Model(TestModels.Random(config, 3), KernelSet.Create(KernelRung.Scalar));

        Action forward = () => model.Forward(ids, null, new ForwardActivations(config));

        forward.Should().Throw<Gpt2Exception>().With(found, expected, remedy);
    }

    [Fact]
    public void Forward_CacheBeyondTheContext_SaysWhatIsWrong()
    {
        var config = new Gpt2Config(5, 3, 2, 1, 1);
        var model = new Gpt2Model(TestModels.Random(config, 3), KernelSet.Create(KernelRung.Scalar));
        var cache = new KeyValueCache(config, 3);
        var a = new ForwardActivations(config);
        model.Forward([1, 2, 3], cache, a);

        Action forward = () => model.Forward([1], cache, a);

        forward.Should().Throw<Gpt2Exception>().With(found: "*4 tokens*", expected: "*n_ctx = 3*");
        cache.Length.Should().Be(3, "a refused prompt leaves the cache as it was");
    }

    [Fact]
    public void Truncate_ThenOtherTokens_EqualsAFreshCache()
    {
        var config = new Gpt2Config(5, 6, 4, 2, 2);
        var model = new Gpt2Model(TestModels.Random(config, 3), KernelSet.Create(KernelRung.Vector));
        var rewound = new KeyValueCache(config, 6);
        var a = new ForwardActivations(config);
        model.Forward([1, 2, 3, 4], rewound, a);
        rewound.Truncate(2);
        model.Forward([0, 1], rewound, a);
        float[] logits = a.Logits.Span.ToArray();

        model.Forward([1, 2, 0, 1], new KeyValueCache(config, 4), a);

        Close.Assert(logits, a.Logits.Span, 1e-5, 1e-6);
    }

    [Fact]
    public void MatrixShapes_AnyConfiguration_AreThoseOfTheWeights()
    {
        foreach (bool flag in (bool[])[true, false])
        {
            var config = new Gpt2Config(11, 5, 6, 3, 2) { QkvBias = flag, TiedHead = flag };
            var weights = new Gpt2Weights(config);

            MatrixShapes.Of(config).Should().Equal(weights.Matrices().Select(matrix => new MatrixShape(matrix.Name, matrix.Rows, matrix.Columns)));
            config.Parameters.Should().Be(weights.Matrices().Sum(matrix => (long)matrix.Span.Length));
        }
    }

    [Fact]
    public void Parameters_OfGpt2sSizes_AreThePublishedNumbers()
    {
        foreach ((Gpt2Config named, Gpt2Config sizes, long parameters) in ((Gpt2Config, Gpt2Config, long)[])
            [
                (Gpt2Config.Small, new(50257, 1024, 768, 12, 12), 124_439_808),
                (Gpt2Config.Medium, new(50257, 1024, 1024, 16, 24), 354_823_168),
                (Gpt2Config.Large, new(50257, 1024, 1280, 20, 36), 774_030_080),
                (Gpt2Config.XL, new(50257, 1024, 1600, 25, 48), 1_557_611_200),
            ])
        {
            named.Should().Be(sizes);
            named.Parameters.Should().Be(parameters);
        }
    }

    private static void Set(Matrix matrix, params float[] values) => values.CopyTo(matrix.Span);
}
