// Attention in larger shapes: against Scalar, several sequences against one call for each, every number of threads, what a
// spoilt number reaches, and memory. Tolerance: 2e-5 relative and 1e-5 absolute for sums of up to 300 numbers of size 1.

using Gpt2.Kernels;
using Gpt2.Kernels.Attention;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Attention;

public sealed class AttentionBatchTests
{
    private const double Rtol = 2e-5;
    private const double Atol = 1e-5;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_LargeShapes_AgreeWithScalar(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        SeededProperty.Holds(AttentionCase.Random(mostTokens: 150, mostPast: 150, mostHeadSize: 80), Agrees, count: 12);
        SeededProperty.Holds(AttentionCase.Random(mostTokens: 14, mostPast: 280, mostHeadSize: 80), Agrees, count: 12);
        SeededProperty.Holds(AttentionCase.Random(mostTokens: 1, mostPast: 299, mostHeadSize: 80), Agrees, count: 12);

        void Agrees(AttentionCase shape)
        {
            CausalAttentionData data = shape.Data();
            CausalAttentionResults expected = shape.Run(KernelData.Scalar.Attention, data), actual = shape.Run(attention, data);
            foreach (((string name, float[] values), (_, float[] scalar)) in actual.All().Zip(expected.All()))
            {
                Close.Assert(values, scalar, Rtol, Atol, $"{name} of {shape}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_SeveralSequences_HaveTheBitsOfOneCallEach(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        SeededProperty.Holds(AttentionCase.Random(mostTokens: 30, mostPast: 70, mostHeadSize: 40), shape =>
        {
            CausalAttentionData data = shape.Data();
            (string Name, float[] Values)[] together = shape.Run(attention, data).All();
            AttentionCase alone = shape with { Sequences = 1 };
            for (int sequence = 0; sequence < shape.Sequences; sequence++)
            {
                CausalAttentionData own = new(
                    PartOf(data.Queries), PartOf(data.Keys), PartOf(data.Values), PartOf(data.OutputGradient));
                (string Name, float[] Values)[] single = alone.Run(attention, own).All();
                for (int i = 0; i < single.Length; i++)
                {
                    KernelData.Bits(PartOf(together[i].Values)).Should().Equal(
                        KernelData.Bits(single[i].Values), "{0}, sequence {1} of {2}", single[i].Name, sequence, shape);
                }

                float[] PartOf(float[] all) => all[(all.Length / shape.Sequences * sequence)..(all.Length / shape.Sequences * (sequence + 1))];
            }
        }, count: 30);
    }

    [Theory]
    [InlineData(3, 130, 0, 2, 32)]      // training
    [InlineData(1, 150, 0, 1, 64)]      // fewer heads than threads
    [InlineData(1, 110, 37, 2, 9)]      // a past, odd sizes
    [InlineData(1, 1, 299, 12, 64)]     // one token
    [InlineData(4, 1, 150, 3, 24)]      // one token of several sequences
    public void Attention_AnyNumberOfThreads_GivesTheSameBits(int sequences, int tokens, int past, int heads, int headSize)
    {
        var shape = new AttentionCase(sequences, tokens, past, heads, headSize);
        CausalAttentionData data = shape.Data();
        (string Name, float[] Values)[] expected = shape.Run(KernelSet.Create(KernelRung.Tuned, threads: 1).Attention, data).All();
        foreach (int threads in new[] { 2, 3, 5 })
        {
            (string Name, float[] Values)[] actual = shape.Run(KernelSet.Create(KernelRung.Tuned, threads).Attention, data).All();
            for (int i = 0; i < actual.Length; i++)
            {
                KernelData.Bits(actual[i].Values).Should().Equal(KernelData.Bits(expected[i].Values), "{0}, {1} threads", actual[i].Name, threads);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_SpoiltKeyAndValue_LeaveTheRowsThatDoNotSeeThemAsTheyWere(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        foreach (AttentionCase shape in SpoiltShapes)
        {
            CausalAttentionData data = shape.Data();
            CausalAttentionResults expected = shape.Run(attention, data);
            for (int key = shape.Past; key < shape.Total; key++)
            {
                foreach (float spoilt in new[] { float.NaN, float.PositiveInfinity })
                {
                    CausalAttentionResults actual = shape.Run(attention, data with
                    {
                        Keys = WithSpoilt(data.Keys, key * shape.Channels, spoilt),
                        Values = WithSpoilt(data.Values, key * shape.Channels, spoilt),
                    });
                    int rows = key - shape.Past; // of queries that do not see the key
                    AssertSameRows(actual.Scores, expected.Scores, 0, rows, shape.Tokens, "scores");
                    AssertSameRows(actual.Weights, expected.Weights, 0, rows, shape.Tokens, "attention");
                    AssertSameRows(actual.Output, expected.Output, 0, rows, shape.Tokens, "output");
                    AssertSameRows(actual.WeightsGradient, expected.WeightsGradient, 0, rows, shape.Tokens, "attention gradient");
                    AssertSameRows(actual.ScoresGradient, expected.ScoresGradient, 0, rows, shape.Tokens, "scores gradient");
                    AssertSameRows(actual.QueriesGradient, expected.QueriesGradient, 0, rows, shape.Tokens, "queries gradient");
                    actual.Output.AsSpan(rows * shape.Channels).ToArray().Chunk(shape.Channels)
                        .Should().OnlyContain(row => row.Any(value => !float.IsFinite(value)), "the others see it");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_SpoiltQueryAndGradient_LeaveWhatTheyDoNotSeeAsItWas(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        foreach (AttentionCase shape in SpoiltShapes)
        {
            CausalAttentionData data = shape.Data();
            CausalAttentionResults expected = shape.Run(attention, data);
            for (int token = 0; token < shape.Tokens; token++)
            {
                foreach (float spoilt in new[] { float.NaN, float.NegativeInfinity })
                {
                    CausalAttentionResults actual = shape.Run(attention, data with
                    {
                        Queries = WithSpoilt(data.Queries, token * shape.Channels, spoilt),
                        OutputGradient = WithSpoilt(data.OutputGradient, token * shape.Channels, spoilt),
                    });
                    int firstUnseen = shape.Past + token + 1;
                    AssertSameRows(actual.KeysGradient, expected.KeysGradient, firstUnseen, shape.Total, shape.Total, "keys gradient");
                    AssertSameRows(actual.ValuesGradient, expected.ValuesGradient, firstUnseen, shape.Total, shape.Total, "values gradient");
                    foreach ((string name, float[] values) in actual.All()[..6])
                    {
                        float[] before = expected.All().Single(result => result.Name == name).Values;
                        AssertSameRows(values, before, 0, token, shape.Tokens, name);
                        AssertSameRows(values, before, token + 1, shape.Tokens, shape.Tokens, name);
                    }

                    actual.ValuesGradient.AsSpan(0, firstUnseen * shape.Channels).ToArray().Chunk(shape.Channels)
                        .Should().OnlyContain(row => row.Any(value => !float.IsFinite(value)), "the others are seen by it");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_OneTokenAgain_AllocatesNothing(KernelRung rung)
    {
        const int Heads = 4, HeadSize = 32, Total = 150;
        AttentionKernel attention = KernelSet.Create(rung, threads: 2).Attention;
        float[] query = KernelData.Normal(1, Heads * HeadSize), keys = KernelData.Normal(2, Total * Heads * HeadSize);
        float[] scores = new float[Heads * Total], output = new float[query.Length];
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        GC.GetAllocatedBytesForCurrentThread().Should().Be(before);

        void Step()
        {
            attention.Scores(query, keys, 1, Heads, HeadSize, scores);
            attention.Normalise(scores, 1, 1, Heads, scores);
            attention.WeightedValues(scores, keys, 1, Heads, HeadSize, output);
        }
    }

    // One head, so that every number of a row meets the spoilt one; rows for more than one tile, and a head that fills no vector
    // and one that fills several.
    private static AttentionCase[] SpoiltShapes => [new(1, 15, 0, 1, 7), new(1, 14, 3, 1, 33)];

    private static float[] WithSpoilt(float[] values, int index, float spoilt)
    {
        float[] copy = [.. values];
        copy[index] = spoilt;
        return copy;
    }

    private static void AssertSameRows(float[] actual, float[] expected, int first, int last, int rows, string what)
    {
        int columns = actual.Length / rows;
        KernelData.Bits(actual.AsSpan(first * columns, (last - first) * columns)).Should().Equal(
            KernelData.Bits(expected.AsSpan(first * columns, (last - first) * columns)), what);
    }
}
