// Attention by hand and against a plain rewriting of the formula with full rows and a mask, with and without a
// cached past. Tolerance: 2e-5 relative, 2e-6 absolute (dot products of up to 35 terms, then an exponential).

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels;
using Gpt2.Kernels.Attention;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Attention;

public sealed class AttentionTests
{
    private const double Rtol = 2e-5;
    private const double Atol = 2e-6;

    private static readonly Gen<(int Tokens, int Past, int Heads, int HeadSize)> Shapes =
        from tokens in Gen.Choose(1, 9)
        from past in Gen.Choose(0, 40)
        from heads in Gen.Choose(1, 5)
        from headSize in Gen.Choose(1, 35)
        select (tokens, past, heads, headSize);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_TwoTokensTwoHeadsByHand_GivesEveryStep(KernelRung rung)
    {
        // headSize 1, so scores are plain products. Columns are head 0, head 1.
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        float[] queries = [1, 2, 2, 0];
        float[] keys = [3, 4, 4, 5];
        float[] values = [10, 1, 20, 3];
        var scores = new float[8];
        var weights = new float[8];
        var output = new float[4];

        attention.Scores(queries, keys, 1, 2, 1, scores);
        attention.Normalise(scores, 1, 2, 2, weights);
        attention.WeightedValues(weights, values, 1, 2, 1, output);

        scores.Should().Equal(3, -1e10f, 8, -1e10f, 6, 8, 0, 0);
        Close.Assert(weights, [1, 0, 1, 0, 0.11920292f, 0.88079708f, 0.5f, 0.5f], Rtol, 0);
        Close.Assert(output, [10, 1, 18.8079708f, 2], Rtol, 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Scores_HeadSizeFour_AreDividedByTwo(KernelRung rung)
    {
        var scores = new float[2];

        KernelSet.Create(rung).Attention.Scores([1, 2, 3, 4], [1, 1, 1, 1, 0, 0, 0, -3], 1, 1, 4, scores);

        scores.Should().Equal(5, -6);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_RandomShapes_AgreesWithTheMaskedFormula(KernelRung rung) =>
        SeededProperty.Holds(Shapes, shape =>
        {
            (int tokens, int past, int heads, int headSize) = shape;
            int total = past + tokens, channels = heads * headSize;
            AttentionKernel attention = KernelSet.Create(rung).Attention;
            float[] queries = KernelData.Normal(tokens + total, tokens * channels);
            float[] keys = KernelData.Normal(tokens + total + 1000, total * channels);
            float[] values = KernelData.Normal(tokens + total + 2000, total * channels);
            var scores = new GuardedSpan(tokens * heads * total);
            var weights = new GuardedSpan(tokens * heads * total);
            var output = new GuardedSpan(tokens * channels);

            attention.Scores(queries, keys, 1, heads, headSize, scores.Span);
            attention.Normalise(scores.Span, 1, tokens, heads, weights.Span);
            attention.WeightedValues(weights.Span, values, 1, heads, headSize, output.Span);

            MaskedFormula expected = MaskedFormula.Of(queries, keys, values, tokens, heads, headSize);
            Close.Assert(scores.Span, expected.Scores, Rtol, Atol, $"scores of {shape}");
            Close.Assert(weights.Span, expected.Weights, Rtol, Atol, $"attention of {shape}");
            Close.Assert(output.Span, expected.Output, Rtol, Atol, $"output of {shape}");
            AssertMaskAndSums(scores.Span, weights.Span, tokens, heads, total);
            scores.AssertSurroundingsUntouched("scores");
            weights.AssertSurroundingsUntouched("attention");
            output.AssertSurroundingsUntouched("output");
        });

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_EveryHeadSizeAndLength_AgreesWithScalar(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        AttentionKernel scalar = KernelData.Scalar.Attention;
        for (int length = 1; length <= KernelData.LongestLength; length++)
        {
            // First as the size of a head with three keys, then as the number of keys of a small head.
            foreach ((int total, int headSize) in new[] { (3, length), (length, 3) })
            {
                float[] query = KernelData.Normal(length, 2 * headSize);
                float[] keys = KernelData.Normal(length + 1000, total * 2 * headSize);
                float[] values = KernelData.Normal(length + 2000, total * 2 * headSize);
                (float[] Scores, float[] Weights, float[] Output) expected = Run(scalar, query, keys, values, total, headSize);
                (float[] Scores, float[] Weights, float[] Output) actual = Run(attention, query, keys, values, total, headSize);

                Close.Assert(actual.Scores, expected.Scores, Rtol, Atol, $"scores, {total} keys of {headSize}");
                Close.Assert(actual.Weights, expected.Weights, Rtol, Atol, $"attention, {total} keys of {headSize}");
                Close.Assert(actual.Output, expected.Output, Rtol, Atol, $"output, {total} keys of {headSize}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_WithCachedPast_HasTheBitsOfTheWholeSequence(KernelRung rung)
    {
        const int Total = 7, Heads = 2, HeadSize = 5, Channels = Heads * HeadSize;
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        float[] queries = KernelData.Normal(1, Total * Channels);
        float[] keys = KernelData.Normal(2, Total * Channels);
        var whole = new float[Total * Heads * Total];
        attention.Scores(queries, keys, 1, Heads, HeadSize, whole);

        for (int tokens = 1; tokens <= Total; tokens++)
        {
            var last = new float[tokens * Heads * Total];
            attention.Scores(queries.AsSpan((Total - tokens) * Channels), keys, 1, Heads, HeadSize, last);

            Span<float> expected = whole.AsSpan((Total - tokens) * Heads * Total);
            if (tokens == 1 && rung == KernelRung.Tuned)
            {
                Close.Assert(last, expected, Rtol, Atol, "a single query, which is summed in another order,");
                continue;
            }

            KernelData.Bits(last).Should().Equal(KernelData.Bits(expected));
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_NaNInTheFuture_ReachesOnlyTheRowsThatSeeIt(KernelRung rung)
    {
        const int Tokens = 4, HeadSize = 9;
        for (int spoilt = 0; spoilt < Tokens; spoilt++)
        {
            float[] keys = KernelData.Normal(1, Tokens * HeadSize);
            float[] values = KernelData.Normal(2, Tokens * HeadSize);
            (keys[spoilt * HeadSize], values[spoilt * HeadSize]) = (float.NaN, float.NaN);
            float[] output = Run(
                KernelSet.Create(rung).Attention, KernelData.Normal(3, Tokens * HeadSize), keys, values, Tokens, HeadSize, heads: 1).Output;

            for (int token = 0; token < Tokens; token++)
            {
                output.AsSpan(token * HeadSize, HeadSize).ToArray().Any(float.IsNaN)
                    .Should().Be(token >= spoilt, "token {0} {1} position {2}", token, token >= spoilt ? "sees" : "does not see", spoilt);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_LargeScores_StaysFiniteAndSumsToOne(KernelRung rung)
    {
        // The visible scores of the first row are below the mask's −1e10 and still get all the attention.
        var weights = new float[4];

        KernelSet.Create(rung).Attention.Normalise([-1e30f, AttentionKernel.MaskedScore, 1e30f, 1e30f], 1, 2, 1, weights);

        weights.Should().Equal(1, 0, 0.5f, 0.5f);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_InPlace_GivesTheSameBits(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        float[] scores = KernelData.Normal(4, 5 * 3 * 19);
        var expected = new float[scores.Length];
        attention.Normalise(scores, 1, 5, 3, expected);

        attention.Normalise(scores, 1, 5, 3, scores);

        KernelData.Bits(scores).Should().Equal(KernelData.Bits(expected));
    }

    private static (float[] Scores, float[] Weights, float[] Output) Run(
        AttentionKernel attention, float[] queries, float[] keys, float[] values, int total, int headSize, int heads = 2)
    {
        int tokens = queries.Length / (heads * headSize);
        var scores = new float[tokens * heads * total];
        var weights = new float[tokens * heads * total];
        var output = new float[queries.Length];
        attention.Scores(queries, keys, 1, heads, headSize, scores);
        attention.Normalise(scores, 1, tokens, heads, weights);
        attention.WeightedValues(weights, values, 1, heads, headSize, output);
        return (scores, weights, output);
    }

    private static void AssertMaskAndSums(ReadOnlySpan<float> scores, ReadOnlySpan<float> weights, int tokens, int heads, int total)
    {
        for (int row = 0; row < tokens * heads; row++)
        {
            double sum = 0;
            for (int key = 0; key < total; key++)
            {
                sum += weights[(row * total) + key];
                if (key > total - tokens + (row / heads))
                {
                    scores[(row * total) + key].Should().Be(-1e10f);
                    weights[(row * total) + key].Should().Be(0);
                }
            }

            sum.Should().BeApproximately(1, 1e-6);
        }
    }
}
