// The residual stream read out at every depth: against a read-out in double precision, and at the last depth the model's own output.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class LogitLensTests
{
    [Fact]
    public void Read_EveryDepthAndRow_EqualsAReadOutInDoublePrecision() => SeededProperty.Holds(
        LaboratoryModels.Sizes,
        sizes =>
        {
            Gpt2Model model = LaboratoryModels.Model(sizes.Config);
            ForwardTrace trace = LaboratoryModels.Trace(model, sizes.Tokens);
            var lens = new LogitLens(model, trace);
            lens.Depths.Should().HaveCount(1 + (2 * sizes.Config.Layers));
            foreach (StreamDepth depth in lens.Depths)
            {
                IReadOnlyList<LensReading> readings = lens.Read(depth, 0, sizes.Tokens, top: 4);
                for (int row = 0; row < sizes.Tokens; row++)
                {
                    double[] expected = ProbabilitiesOf(model.Weights, lens.StreamAt(depth).Row(row));
                    LensReading reading = readings[row];
                    (reading.Depth, reading.Row).Should().Be((depth, row));
                    reading.Top.Should().HaveCount(Math.Min(4, sizes.Config.Vocabulary));
                    reading.Top.Should().BeInDescendingOrder(token => token.Probability);
                    double best = expected.Max();
                    ((double)reading.Top[0].Probability).Should().BeApproximately(best, 1e-4);
                    foreach (TokenAtDepth token in reading.Top)
                    {
                        ((double)token.Probability).Should().BeApproximately(expected[token.Id], 1e-4);
                    }

                    reading.AnswerProbability.Should().BeApproximately((float)expected[reading.Answer], 1e-4f);
                    int more = expected.Count(other => other > expected[reading.Answer] + 1e-5);
                    int equal = expected.Count(other => Math.Abs(other - expected[reading.Answer]) <= 1e-5);
                    reading.AnswerRank.Should().BeInRange(more, more + equal - 1);
                }
            }
        },
        count: 25);

    [Fact]
    public void Read_LastDepth_IsTheModelsOwnPredictionBitForBit()
    {
        Gpt2Model model = LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2));
        ForwardTrace trace = LaboratoryModels.Trace(model, 7);
        var lens = new LogitLens(model, trace);

        foreach (LensReading reading in lens.Read(lens.Depths[^1], 2, 3, top: 23))
        {
            reading.AnswerRank.Should().Be(0);
            reading.Answer.Should().Be(reading.Top[0].Id);
            foreach (TokenAtDepth token in reading.Top)
            {
                token.Probability.Should().Be(trace.Activations.Probabilities[reading.Row, token.Id]);
                token.Logit.Should().Be(trace.Activations.Logits[reading.Row, token.Id]);
            }
        }
    }

    [Fact]
    public void Read_RowsOutsideTheTrace_AreRefused()
    {
        Gpt2Model model = LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2));
        var lens = new LogitLens(model, LaboratoryModels.Trace(model, 7));

        FluentActions.Invoking(() => lens.Read(lens.Depths[0], 5, 3, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static double[] ProbabilitiesOf(Gpt2Weights weights, ReadOnlySpan<float> stream)
    {
        double[] row = [.. stream.ToArray().Select(x => (double)x)];
        double mean = row.Average(), deviation = Math.Sqrt(row.Average(x => (x - mean) * (x - mean)) + 1e-5);
        double[] scaled = [.. row.Select((x, i) => ((x - mean) / deviation * weights.FinalNorm.Gain[0, i]) + weights.FinalNorm.Bias[0, i])];
        double[] logits =
            [.. Enumerable.Range(0, weights.Config.Vocabulary).Select(id => scaled.Select((x, i) => x * weights.Head.Weight[id, i]).Sum())];
        double max = logits.Max(), sum = logits.Sum(logit => Math.Exp(logit - max));
        return [.. logits.Select(logit => Math.Exp(logit - max) / sum)];
    }
}
