// Backward of attention's three steps: random shapes against finite differences, every head size against Scalar,
// accumulation, what is masked, refusals. Tolerance: 1e-5 (numbers of size 1, sums of up to 60 of them).

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels;
using Gpt2.Kernels.Attention;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Attention;

public sealed class AttentionBackwardTests
{
    private const double Tolerance = 1e-5;

    private static readonly Gen<Shape> Shapes =
        from tokens in Gen.Choose(1, 8)
        from past in Gen.Choose(0, 4)
        from heads in Gen.Choose(1, 3)
        from headSize in Gen.Choose(1, 11)
        select new Shape(tokens, tokens + past, heads, headSize);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void ScoresBackward_RandomShapes_EqualsFiniteDifferences(KernelRung rung) => SeededProperty.Holds(
        Shapes,
        shape =>
        {
            float[] queries = KernelData.Normal(1, shape.Queries), keys = KernelData.Normal(2, shape.Keys);
            float[] scoresGradient = KernelData.Normal(3, shape.Scores); // not 0 where masked: it must not count
            GuardedSpan queriesGradient = new(shape.Queries), keysGradient = new(shape.Keys);

            KernelSet.Create(rung).Attention.ScoresBackward(
                queries, keys, scoresGradient, 1, shape.Heads, shape.HeadSize, queriesGradient.Span, keysGradient.Span);

            double[] byQueries = FiniteDifferences.Of(q => shape.ScoresOf(q, Doubles(keys)), queries, scoresGradient);
            double[] byKeys = FiniteDifferences.Of(k => shape.ScoresOf(Doubles(queries), k), keys, scoresGradient);
            AssertClose(queriesGradient, byQueries, $"{shape} queries");
            AssertClose(keysGradient, byKeys, $"{shape} keys");
        },
        count: 40);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void NormaliseBackward_RandomShapes_EqualsFiniteDifferences(KernelRung rung) => SeededProperty.Holds(
        Shapes,
        shape =>
        {
            float[] scores = KernelData.Normal(1, shape.Scores, deviation: 2), attentionGradient = KernelData.Normal(2, shape.Scores);
            float[] attention = [.. shape.AttentionOf(Doubles(scores)).Select(weight => (float)weight)];
            var actual = new GuardedSpan(shape.Scores);

            KernelSet.Create(rung).Attention.NormaliseBackward(attention, attentionGradient, 1, shape.Tokens, shape.Heads, actual.Span);

            FiniteDifferences.AssertClose(
                actual.Span, FiniteDifferences.Of(shape.AttentionOf, scores, attentionGradient), 0, Tolerance, $"{shape}");
            actual.AssertSurroundingsUntouched($"{shape}");

            KernelSet.Create(rung).Attention.NormaliseBackward(attention, attentionGradient, 1, shape.Tokens, shape.Heads, attentionGradient);
            KernelData.Bits(attentionGradient).Should().Equal(KernelData.Bits(actual.Span), "in place is allowed");
        },
        count: 40);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void WeightedValuesBackward_RandomShapes_EqualsFiniteDifferences(KernelRung rung) => SeededProperty.Holds(
        Shapes,
        shape =>
        {
            float[] attention = KernelData.Normal(1, shape.Scores), values = KernelData.Normal(2, shape.Keys);
            float[] outputGradient = KernelData.Normal(3, shape.Queries);
            GuardedSpan attentionGradient = new(shape.Scores), valuesGradient = new(shape.Keys);

            KernelSet.Create(rung).Attention.WeightedValuesBackward(
                attention, values, outputGradient, 1, shape.Heads, shape.HeadSize, attentionGradient.Span, valuesGradient.Span);

            double[] byAttention = FiniteDifferences.Of(a => shape.MixedOf(a, Doubles(values)), attention, outputGradient);
            double[] byValues = FiniteDifferences.Of(v => shape.MixedOf(Doubles(attention), v), values, outputGradient);
            AssertClose(attentionGradient, byAttention, $"{shape} attention");
            AssertClose(valuesGradient, byValues, $"{shape} values");
        },
        count: 40);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AttentionBackward_EveryHeadSize_AgreesWithScalar(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention, scalar = KernelData.Scalar.Attention;
        for (int headSize = 1; headSize <= KernelData.LongestLength; headSize++)
        {
            var shape = new Shape(2, 3, 2, headSize);
            float[] queries = KernelData.Normal(1, shape.Queries), keys = KernelData.Normal(2, shape.Keys);
            float[] scores = KernelData.Normal(3, shape.Scores);
            float[] expected1 = new float[shape.Queries], expected2 = new float[shape.Keys];
            float[] expected3 = new float[shape.Scores], expected4 = new float[shape.Keys];
            float[] actual1 = new float[shape.Queries], actual2 = new float[shape.Keys];
            float[] actual3 = new float[shape.Scores], actual4 = new float[shape.Keys];

            scalar.ScoresBackward(queries, keys, scores, 1, 2, headSize, expected1, expected2);
            attention.ScoresBackward(queries, keys, scores, 1, 2, headSize, actual1, actual2);
            scalar.WeightedValuesBackward(scores, keys, queries, 1, 2, headSize, expected3, expected4);
            attention.WeightedValuesBackward(scores, keys, queries, 1, 2, headSize, actual3, actual4);

            Close.Assert(actual1, expected1, Tolerance, Tolerance, $"queries, head size {headSize},");
            Close.Assert(actual2, expected2, Tolerance, Tolerance, $"keys, head size {headSize},");
            Close.Assert(actual3, expected3, Tolerance, Tolerance * 4, $"attention, head size {headSize},"); // sums of up to 257
            Close.Assert(actual4, expected4, Tolerance, Tolerance, $"values, head size {headSize},");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AttentionBackward_WrongLengths_AreRefused(KernelRung rung)
    {
        // 2 tokens, 4 keys, 2 heads of size 3.
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        float[] rows = new float[12], all = new float[24], scores = new float[16];

        FluentActions.Invoking(() => attention.ScoresBackward(new float[13], all, scores, 1, 2, 3, new float[13], new float[24]))
            .Should().Throw<ArgumentException>().WithMessage("queries.Length is 13, expected a multiple of the 6 columns");
        FluentActions.Invoking(() => attention.ScoresBackward(rows, all, new float[15], 1, 2, 3, new float[12], new float[24]))
            .Should().Throw<ArgumentException>().WithMessage("scoresGradient.Length is 15, expected 16");
        FluentActions.Invoking(() => attention.ScoresBackward(rows, all, scores, 1, 2, 3, new float[6], new float[24]))
            .Should().Throw<ArgumentException>().WithMessage("queriesGradient.Length is 6, expected 12");
        FluentActions.Invoking(() => attention.ScoresBackward(rows, all, scores, 1, 2, 3, new float[12], new float[12]))
            .Should().Throw<ArgumentException>().WithMessage("keysGradient.Length is 12, expected 24");
        FluentActions.Invoking(() => attention.ScoresBackward(all, rows, scores, 1, 2, 3, new float[24], new float[12]))
            .Should().Throw<ArgumentException>().WithMessage("there are 4 queries, expected at most one for each of the 2 keys");
        FluentActions.Invoking(() => attention.NormaliseBackward(scores, scores, 1, 0, 2, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("* is 0, expected at least 1*");
        FluentActions.Invoking(() => attention.NormaliseBackward(new float[17], new float[17], 1, 2, 2, new float[17]))
            .Should().Throw<ArgumentException>().WithMessage("attention.Length is 17, expected a multiple of the 4 columns");
        FluentActions.Invoking(() => attention.NormaliseBackward(scores, new float[15], 1, 2, 2, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("attentionGradient.Length is 15, expected 16");
        FluentActions.Invoking(() => attention.NormaliseBackward(scores, scores, 1, 2, 2, new float[15]))
            .Should().Throw<ArgumentException>().WithMessage("scoresGradient.Length is 15, expected 16");
        FluentActions.Invoking(() => attention.WeightedValuesBackward(scores, all, new float[11], 1, 2, 3, new float[16], new float[24]))
            .Should().Throw<ArgumentException>().WithMessage("outputGradient.Length is 11, expected a multiple of the 6 columns");
        FluentActions.Invoking(() => attention.WeightedValuesBackward(scores, all, rows, 1, 2, 3, new float[12], new float[24]))
            .Should().Throw<ArgumentException>().WithMessage("attentionGradient.Length is 12, expected 16");
        FluentActions.Invoking(() => attention.WeightedValuesBackward(scores, all, rows, 1, 2, 3, new float[16], new float[18]))
            .Should().Throw<ArgumentException>().WithMessage("valuesGradient.Length is 18, expected 24");
    }

    private static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];

    private static void AssertClose(GuardedSpan actual, double[] gradient, string what)
    {
        FiniteDifferences.AssertClose(actual.Span, gradient, Tolerance, Tolerance, what);
        actual.AssertSurroundingsUntouched(what);
    }

    /// <summary>Sizes, and the three steps in double precision over what is visible.</summary>
    private sealed record Shape(int Tokens, int Total, int Heads, int HeadSize)
    {
        public int Queries => Tokens * Heads * HeadSize;

        public int Keys => Total * Heads * HeadSize;

        public int Scores => Tokens * Heads * Total;

        public double[] ScoresOf(double[] queries, double[] keys)
        {
            var scores = new double[Scores];
            ForVisible((token, head, key, score) =>
            {
                for (int c = 0; c < HeadSize; c++)
                {
                    scores[score] += queries[At(token, head) + c] * keys[At(key, head) + c] / Math.Sqrt(HeadSize);
                }
            });
            return scores;
        }

        public double[] AttentionOf(double[] scores)
        {
            var attention = new double[Scores];
            var sums = new double[Tokens * Heads];
            ForVisible((token, head, _, score) => sums[(token * Heads) + head] += Math.Exp(scores[score]));
            ForVisible((token, head, _, score) => attention[score] = Math.Exp(scores[score]) / sums[(token * Heads) + head]);
            return attention;
        }

        public double[] MixedOf(double[] attention, double[] values)
        {
            var output = new double[Queries];
            ForVisible((token, head, key, score) =>
            {
                for (int c = 0; c < HeadSize; c++)
                {
                    output[At(token, head) + c] += attention[score] * values[At(key, head) + c];
                }
            });
            return output;
        }

        private int At(int row, int head) => ((row * Heads) + head) * HeadSize;

        private void ForVisible(Action<int, int, int, int> action)
        {
            for (int token = 0; token < Tokens; token++)
            {
                for (int head = 0; head < Heads; head++)
                {
                    for (int key = 0; key <= Total - Tokens + token; key++)
                    {
                        action(token, head, key, (((token * Heads) + head) * Total) + key);
                    }
                }
            }
        }
    }
}
