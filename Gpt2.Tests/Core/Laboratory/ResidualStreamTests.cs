// The residual stream as a sum: the additions are the trace's, their lengths obey the law of cosines, and together they are the last stream.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class ResidualStreamTests
{
    [Fact]
    public void Of_EveryAddition_ObeysTheLawOfCosines_AndBeginsWhereTheLastEnded() => SeededProperty.Holds(
        LaboratoryModels.Sizes,
        sizes =>
        {
            Gpt2Model model = LaboratoryModels.Model(sizes.Config);
            ForwardTrace trace = LaboratoryModels.Trace(model, sizes.Tokens);
            for (int row = 0; row < sizes.Tokens; row++)
            {
                IReadOnlyList<StreamAddition> additions = ResidualStream.Of(trace, sizes.Config.Layers, row);
                additions.Should().HaveCount(2 + (2 * sizes.Config.Layers));
                additions[0].Should().Be(new StreamAddition(StreamPart.Token, null, additions[0].Added, null, 0, additions[0].Added));
                double before = additions[0].After;
                foreach (StreamAddition one in additions.Skip(1))
                {
                    one.Before.Should().BeApproximately(before, 1e-12);
                    double squares = (one.Before * one.Before) + (one.Added * one.Added) + (2 * one.Before * one.Added * one.Cosine!.Value);
                    (one.After * one.After).Should().BeApproximately(squares, 1e-5 * (1 + squares));
                    before = one.After;
                }
            }
        },
        count: 25);

    [Fact]
    public void RowOf_AllAdditions_SumToTheLastStream()
    {
        Gpt2Model model = LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2));
        ForwardTrace trace = LaboratoryModels.Trace(model, 7);

        double[] sum = new double[12];
        foreach (float[] added in ResidualStream.Of(trace, 2, row: 4).Select(addition => ResidualStream.RowOf(trace, addition, row: 4)))
        {
            added.Should().HaveCount(12);
            for (int channel = 0; channel < sum.Length; channel++)
            {
                sum[channel] += added[channel];
            }
        }

        float[] last = trace.Activations.Block(1).Residual2.Row(4).ToArray();
        sum.Zip(last).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    }

    [Fact]
    public void Of_WithoutPositions_HasNoAngleForThem()
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(23, 9, 12, 3, 1), 1);
        weights.PositionEmbedding.Span.Clear();

        StreamAddition position = ResidualStream.Of(LaboratoryModels.Trace(LaboratoryModels.Model(weights), 3), 1, 2)[1];

        position.Part.Should().Be(StreamPart.Position);
        (position.Added, position.Cosine).Should().Be((0.0, null), "a row of zeros has no direction");
        position.After.Should().Be(position.Before);
    }

    [Theory]
    [InlineData(new float[] { 3, 4 }, 5)]
    [InlineData(new float[] { 0, 0, 0 }, 0)]
    [InlineData(new float[] { 3e38f, 0 }, 3e38)]
    public void Norm_ByHand(float[] row, double length) => ResidualStream.Norm(row).Should().BeApproximately(length, 1e-7 * (1 + length));
}
