// A whole round of attention on random numbers, forward and backward, as one list of results that tests can compare.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels.Attention;

namespace Gpt2.Tests.Kernels.Attention;

/// <summary>Sizes of a call. The numbers are the same for the same sizes.</summary>
public sealed record AttentionCase(int Sequences, int Tokens, int Past, int Heads, int HeadSize)
{
    public int Total => Past + Tokens;

    public int Channels => Heads * HeadSize;

    public int QueryCount => Sequences * Tokens * Channels;

    public int KeyCount => Sequences * Total * Channels;

    public int ScoreCount => Sequences * Tokens * Heads * Total;

    /// <summary>Sizes up to those of a short text.</summary>
    internal static Gen<AttentionCase> Random(int mostTokens, int mostPast, int mostHeadSize) =>
        from sequences in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, mostTokens)
        from past in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(1, mostPast)))
        from heads in Gen.Choose(1, 3)
        from headSize in Gen.Choose(1, mostHeadSize)
        select new AttentionCase(sequences, tokens, past, heads, headSize);

    public CausalAttentionData Data() => new(
        KernelData.Normal(1, QueryCount), KernelData.Normal(2, KeyCount), KernelData.Normal(3, KeyCount), KernelData.Normal(4, QueryCount));

    /// <summary>
    /// All three steps, and the backward of all three with the output's gradient given.
    /// </summary>
    public CausalAttentionResults Run(AttentionKernel attention, CausalAttentionData data)
    {
        GuardedSpan scores = new(ScoreCount), weights = new(ScoreCount), output = new(QueryCount);
        GuardedSpan weightsGradient = new(ScoreCount), scoresGradient = new(ScoreCount);
        GuardedSpan queriesGradient = new(QueryCount), keysGradient = new(KeyCount), valuesGradient = new(KeyCount);

        attention.Scores(data.Queries, data.Keys, Sequences, Heads, HeadSize, scores.Span);
        attention.Normalise(scores.Span, Sequences, Tokens, Heads, weights.Span);
        attention.WeightedValues(weights.Span, data.Values, Sequences, Heads, HeadSize, output.Span);
        attention.WeightedValuesBackward(
            weights.Span, data.Values, data.OutputGradient, Sequences, Heads, HeadSize, weightsGradient.Span, valuesGradient.Span);
        attention.NormaliseBackward(weights.Span, weightsGradient.Span, Sequences, Tokens, Heads, scoresGradient.Span);
        attention.ScoresBackward(
            data.Queries, data.Keys, scoresGradient.Span, Sequences, Heads, HeadSize, queriesGradient.Span, keysGradient.Span);

        GuardedSpan[] outputs = [scores, weights, output, weightsGradient, scoresGradient, queriesGradient, keysGradient, valuesGradient];
        foreach (GuardedSpan written in outputs)
        {
            written.AssertSurroundingsUntouched($"{this}");
        }

        return new CausalAttentionResults(
            [.. scores.Span], [.. weights.Span], [.. output.Span], [.. weightsGradient.Span], [.. scoresGradient.Span],
            [.. queriesGradient.Span], [.. keysGradient.Span], [.. valuesGradient.Span]);
    }
}

/// <summary>What a round of attention is given.</summary>
public sealed record CausalAttentionData(float[] Queries, float[] Keys, float[] Values, float[] OutputGradient);

/// <summary>What it computes.</summary>
public sealed record CausalAttentionResults(
    float[] Scores, float[] Weights, float[] Output, float[] WeightsGradient, float[] ScoresGradient,
    float[] QueriesGradient, float[] KeysGradient, float[] ValuesGradient)
{
    /// <summary>The results with their names: six with rows of queries, then two with rows of keys.</summary>
    public (string Name, float[] Values)[] All() =>
    [
        ("scores", Scores), ("attention", Weights), ("output", Output), ("attention gradient", WeightsGradient),
        ("scores gradient", ScoresGradient), ("queries gradient", QueriesGradient), ("keys gradient", KeysGradient),
        ("values gradient", ValuesGradient),
    ];
}
