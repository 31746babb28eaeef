// A logit divided into what heads, feed-forward layers and embeddings add: the parts sum to the logit, and each is what its vector adds
// with the layer normalisation held fixed.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class LogitAttributionTests
{
    [Fact]
    public void Of_EveryRowAndToken_SumsToTheLogit() => SeededProperty.Holds(
        LaboratoryModels.Sizes,
        sizes =>
        {
            Gpt2Model model = LaboratoryModels.Model(sizes.Config);
            ForwardTrace trace = LaboratoryModels.Trace(model, sizes.Tokens);
            for (int row = 0; row < sizes.Tokens; row++)
            {
                for (int token = 0; token < sizes.Config.Vocabulary; token += 3)
                {
                    LogitAttribution divided = LogitAttribution.Of(model, trace, row, token);
                    double size = divided.Parts.Sum(part => Math.Abs(part.Value));
                    divided.Sum.Should().BeApproximately(trace.Activations.Logits[row, token], 1e-5 * (1 + size), "{0}, {1}", row, token);
                    divided.Parts.Should().HaveCount(3 + (sizes.Config.Layers * (sizes.Config.Heads + 2)));
                    (divided.Row, divided.Token).Should().Be((row, token));
                }
            }
        },
        count: 25);

    [Fact]
    public void Of_Parts_AreWhatTheirVectorsAddWithTheNormalisationHeldFixed()
    {
        var config = new Gpt2Config(23, 9, 12, 3, 2);
        Gpt2Model model = LaboratoryModels.Model(config);
        ForwardTrace trace = LaboratoryModels.Trace(model, 7);
        const int Row = 4, Token = 11, Head = 1;

        LogitAttribution divided = LogitAttribution.Of(model, trace, Row, Token);

        BlockActivations first = trace.Activations.Block(0);
        BlockWeights weights = model.Weights.Blocks[0];
        double[] mlp = [.. Enumerable.Range(0, 12).Select(i => (double)first.MlpOutput[Row, i])];
        double[] head = [.. Enumerable.Range(0, 12).Select(i =>
            Enumerable.Range(Head * 4, 4).Sum(j => (double)first.AttendedValues[Row, j] * weights.AttentionProjection.Weight[j, i]))];
        double[] bias = [.. Enumerable.Range(0, 12).Select(i => (double)weights.AttentionProjection.Bias![0, i])];
        Value(divided, LogitPart.Mlp, 0, null).Should().BeApproximately(AddedBy(mlp), 1e-9);
        Value(divided, LogitPart.Head, 0, Head).Should().BeApproximately(AddedBy(head), 1e-9);
        Value(divided, LogitPart.AttentionBias, 0, null).Should().BeApproximately(AddedBy(bias), 1e-9);

        // Σ (p − mean p) / σ · g · w
        double AddedBy(double[] part)
        {
            double[] stream = [.. trace.Activations.Block(1).Residual2.Row(Row).ToArray().Select(x => (double)x)];
            double mean = stream.Average(), deviation = Math.Sqrt(stream.Average(x => (x - mean) * (x - mean)) + 1e-5), own = part.Average();
            return part.Select((p, i) => (p - own) / deviation * model.Weights.FinalNorm.Gain[0, i] * model.Weights.Head.Weight[Token, i]).Sum();
        }
    }

    [Fact]
    public void Of_SilencedHead_AddsNothing()
    {
        Gpt2Model model = LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2));
        EditedPass pass = EditedPass.Run(model, LaboratoryModels.Trace(model, 7), [new SilenceHead(1, 2), new FillRow("h0.step16", 6, 0.5f)]);

        LogitAttribution divided = LogitAttribution.Of(pass.Model, pass.Trace, 6, 3);

        Value(divided, LogitPart.Head, 1, 2).Should().Be(0);
        Value(divided, LogitPart.Edits, null, null).Should().NotBe(0);
        divided.Sum.Should().BeApproximately(pass.Trace.Activations.Logits[6, 3], 1e-4);
    }

    [Theory]
    [InlineData(7, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 23)]
    public void Of_NoSuchRowOrToken_IsRefused(int row, int token)
    {
        Gpt2Model model = LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2));
        ForwardTrace trace = LaboratoryModels.Trace(model, 7);

        FluentActions.Invoking(() => LogitAttribution.Of(model, trace, row, token)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static double Value(LogitAttribution divided, LogitPart part, int? block, int? head) =>
        divided.Parts.Single(one => (one.Part, one.Block, one.Head) == (part, block, head)).Value;
}
