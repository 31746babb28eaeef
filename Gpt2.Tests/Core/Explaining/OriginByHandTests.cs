// Origins in a model so small that each can be written down by hand, and the passes that cannot be explained.

using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Explaining;

public class OriginByHandTests
{
    // The model of ForwardByHandTests: wte rows (3, 1) and (1, 3), wpe rows (1, −1) and (−1, 1). Step 1 is (4, 0) and (0, 4), step 2
    // (1, −1) and (−1, 1), which is also step 3 and the values; scores are 0. The head scales by 2 and adds (0, 1).
    private readonly PassExplanation pass = PassExplanation.Run(Model(), [0, 1], HeadRows.All);

    [Fact]
    public void OriginOf_Embeddings_IsARowOfWteAndARowOfWpe()
    {
        Terms("token_embeddings", 1, 0).Should().Equal("model_wte[1, 0] 1 gives 1");
        Terms("position_embeddings", 1, 0).Should().Equal("token_embeddings[1, 0] 1 gives 1", "model_wpe[1, 0] -1 gives -1");
        Terms("h0.step1", 1, 0).Should().Equal("position_embeddings[1, 0] 0 gives 0");
    }

    [Fact]
    public void OriginOf_Normalisation_HasMeanAndVariance()
    {
        CellOrigin origin = pass.OriginOf("h0.step2", 0, 1);

        origin.Operation.Should().Be(CellOperation.Normalisation);
        origin.Figures.Select(figure => figure.Name).Should().Equal("mean", "variance", "√(variance + ε)");
        origin.Figures.Select(figure => Math.Round(figure.Value, 4)).Should().Equal(2, 4, 2);
        // −(4 / 2) / 2 and 0 · (1 − 1/2) / 2; each is as far from the mean as the other.
        Terms("h0.step2", 0, 1).Should().Equal("h0.step1[0, 0] 4 gives -1, 50 %", "h0.step1[0, 1] 0 gives 0, 50 %");
        origin.Own!.Value.Source.Column.Should().Be(1);
        origin.Recomputed.Should().BeApproximately(-1, 1e-5);
        origin.InNumbers.Should().Be("(0 − 2) / √(4 + 0.00001)");
    }

    [Fact]
    public void OriginOf_DotProduct_EndsWithTheBias()
    {
        Terms("h0.step4", 0, 4).Should().Equal(
            "h0.step3[0, 0] 1 × model_h0_attn_c_attn_w[0, 4] 1 gives 1", "h0.step3[0, 1] -1 × model_h0_attn_c_attn_w[1, 4] 0 gives 0",
            "model_h0_attn_c_attn_b[0, 4] 0 gives 0");
        Terms("h0.step5.values", 0, 0).Should().Equal("h0.step4[0, 4] 1 gives 1");
        Terms("predicted_embedding", 1, 1).Should().Equal("last_layernorm[1, 1] 1 × model_ln_f_g[0, 1] 2 gives 2", "model_ln_f_b[0, 1] 1 gives 1");
        pass.OriginOf("predicted_embedding", 1, 1).InNumbers.Should().Be("1 × 2 + 1");
        Terms("logits", 1, 0).Should().Equal(
            "predicted_embedding[1, 0] -2 × model_wte[0, 0] 3 gives -6", "predicted_embedding[1, 1] 3 × model_wte[0, 1] 1 gives 3");
    }

    [Fact]
    public void OriginOf_Attention_IsAboutTheTokensThatTheRowSees()
    {
        pass.OriginOf("h0.step6", 1, 0).Figures.Should().Equal(new OriginFigure("√(head size)", Math.Sqrt(2)));
        Terms("h0.step6", 1, 0).Should().Equal(
            "h0.step5.queries[1, 0] 0 × h0.step5.keys[0, 0] 0 gives 0", "h0.step5.queries[1, 1] 0 × h0.step5.keys[0, 1] 0 gives 0");
        Terms("h0.step7", 1, 0).Should().Equal("h0.step6[1, 0] 0 gives 1, 50 %", "h0.step6[1, 1] 0 gives 1, 50 %");
        Terms("h0.step7", 0, 0).Should().Equal("h0.step6[0, 0] 0 gives 1, 100 %");
        Terms("h0.step8", 1, 0).Should().Equal(
            "h0.step7[1, 0] 0.5 × h0.step5.values[0, 0] 1 gives 0.5", "h0.step7[1, 1] 0.5 × h0.step5.values[1, 0] -1 gives -0.5");
        pass.OriginOf("h0.step6", 0, 1).Operation.Should().Be(CellOperation.Mask);
        pass.OriginOf("h0.step7", 0, 1).InNumbers.Should().Be("0: token 1 comes after token 0, which must not see it");
    }

    [Fact]
    public void OriginOf_Gelu_HasTheFormulaInNumbers()
    {
        var weights = Weights();
        weights.Blocks[0].MlpHidden.Bias!.Span[2] = -1;
        var other = PassExplanation.Run(new Gpt2Model(weights, KernelSet.Create(KernelRung.Scalar)), [0], HeadRows.Last);

        CellOrigin origin = other.OriginOf("h0.step14", 0, 2);

        origin.InNumbers.Should().Be("0.5 × (−1) × (1 + tanh(0.79788 × (−1 + 0.044715 × (−1)³)))");
        origin.Recomputed.Should().BeApproximately(-0.158808, 1e-6, "so says the table of the function");
        origin.Terms.Should().ContainSingle().Which.Source.Address.Should().Be("h0.step13[0, 2]");
        origin.Magnitude.Should().Be(1);
    }

    [Fact]
    public void OriginOf_LastRowOnly_IsAddressedByItsToken()
    {
        var last = PassExplanation.Run(Model(), [0, 1], HeadRows.Last);

        last.FirstRowOf("logits").Should().Be(1);
        last.FirstRowOf("h0.step16").Should().Be(0);
        CellOrigin origin = last.OriginOf("last_hidden_state", 1, 1);
        origin.Cell.Value.Should().Be(4);
        origin.Terms.Should().ContainSingle().Which.Source.Address.Should().Be("h0.step16[1, 1]");
        ((Action)(() => last.OriginOf("logits", 0, 0))).Should().Throw<ArgumentOutOfRangeException>("only the last row was computed");
    }

    [Fact]
    public void ColumnOf_EveryKind_SaysWhatTheColumnIs()
    {
        var config = new Gpt2Config(5, 3, 6, 2, 1);
        var two = PassExplanation.Run(new Gpt2Model(TestModels.Random(config, 2), KernelSet.Create(KernelRung.Vector)), [4, 3, 2], HeadRows.Last);
        string Words(string matrix, int column) => two.ColumnOf(matrix, column).InWords(id => $"'{id}'");

        Words("h0.step1", 4).Should().Be("channel 4");
        Words("h0.step4", 10).Should().Be("keys, head 1, channel 1");
        Words("h0.step5.values", 5).Should().Be("head 1, channel 2");
        Words("h0.step7", 4).Should().Be("head 1, '3'");
        Words("h0.step8", 3).Should().Be("head 1, channel 0");
        Words("h0.step14", 23).Should().Be("hidden unit 23");
        Words("probabilities", 1).Should().Be("'1'");
        two.ColumnOf("h0.step6", 4).Position.Should().Be(1);
        two.TokenOf(two.CellOf("h0.step6", 0, 5)).Should().Be(2);
        two.TokenOf(two.CellOf("model_wte", 3, 2)).Should().BeNull();
    }

    [Fact]
    public void PackedWeights_CannotBeExplained_AndTheErrorSaysWhatToDo()
    {
        var packed = Gpt2Model.ForInference(Weights(), KernelSet.Create(KernelRung.Tuned));
        ((Action)(() => PassExplanation.Run(packed, [0]))).Should().Throw<Gpt2Exception>()
            .With("*packed*", "weights as matrices*", "*LoadOptions.KeepMatrices");
    }

    [Fact]
    public void WrongNamesAndSizes_AreRefused()
    {
        ((Action)(() => pass.OriginOf("h1.step1", 0, 0))).Should().Throw<ArgumentException>().WithMessage("'h1.step1' is no matrix*");
        ((Action)(() => pass.OriginOf("model_wte", 0, 0))).Should().Throw<ArgumentException>("a weight has no origin");
        ((Action)(() => pass.NumbersOf("model_wpf"))).Should().Throw<ArgumentException>().WithMessage("there is no matrix 'model_wpf'");
        ((Action)(() => pass.OriginOf("h0.step1", 2, 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => pass.OriginOf("h0.step1", 0, 2))).Should().Throw<ArgumentOutOfRangeException>();
        var other = new Gpt2Model(TestModels.Random(new Gpt2Config(2, 2, 2, 1, 2), 1), KernelSet.Create(KernelRung.Scalar));
        ((Func<PassExplanation>)(() => new PassExplanation(other, pass.Trace))).Should().Throw<ArgumentException>()
            .WithMessage("the trace has 25 matrices*43*");
    }

    private string[] Terms(string matrix, int row, int column) => [.. pass.OriginOf(matrix, row, column).Terms.Select(term =>
        Shown(term.Source) + (term.Factor is MatrixCell factor ? " × " + Shown(factor) : "")
        + FormattableString.Invariant($" gives {Math.Round(term.Contribution, 4) + 0.0}")
        + (term.Share is double share ? FormattableString.Invariant($", {Math.Round(100 * share)} %") : ""))];

    private static string Shown(MatrixCell cell) => FormattableString.Invariant($"{cell.Address} {Math.Round(cell.Value, 4) + 0.0}");

    private static Gpt2Model Model() => new(Weights(), KernelSet.Create(KernelRung.Scalar));

    private static Gpt2Weights Weights()
    {
        var weights = new Gpt2Weights(new Gpt2Config(2, 2, 2, 1, 1));
        Set(weights.TokenEmbedding, 3, 1, 1, 3);
        Set(weights.PositionEmbedding, 1, -1, -1, 1);
        BlockWeights block = weights.Blocks[0];
        Set(block.Ln1.Gain, 1, 1);
        Set(block.AttentionQkv.Weight, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1);
        Set(block.AttentionProjection.Weight, 1, 0, 0, 1);
        Set(weights.FinalNorm.Gain, 2, 2);
        Set(weights.FinalNorm.Bias, 0, 1);
        return weights;
    }

    private static void Set(Matrix matrix, params float[] values) => values.CopyTo(matrix.Span);
}
