// What attention refuses: lengths that do not fit, more queries than keys, memory that overlaps.

using Gpt2.Kernels;
using Gpt2.Kernels.Attention;

namespace Gpt2.Tests.Kernels.Attention;

public sealed class AttentionArgumentTests
{
    // The arguments below are for 2 tokens, 2 heads of size 3, and 4 keys unless a test says otherwise.
    private const int Heads = 2;
    private const int HeadSize = 3;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Scores_WrongArguments_AreRefused(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;

        FluentActions.Invoking(() => attention.Scores(new float[12], new float[24], 1, 0, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("heads is 0, expected at least 1*");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[24], 1, Heads, -1, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("headSize is -1, expected at least 1*");
        FluentActions.Invoking(() => attention.Scores(new float[13], new float[24], 1, Heads, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("queries.Length is 13, expected a multiple of the 6 columns");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[25], 1, Heads, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("keys.Length is 25, expected a multiple of the 6 columns");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[24], 1, Heads, HeadSize, new float[15]))
            .Should().Throw<ArgumentException>().WithMessage("scores.Length is 15, expected 16");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[6], 1, Heads, HeadSize, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("there are 2 queries, expected at most one for each of the 1 keys");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[24], 1, 1 << 20, 1 << 20, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("*1048576*1048576*");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_WrongArguments_AreRefused(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;

        FluentActions.Invoking(() => attention.Normalise(new float[16], 1, 0, Heads, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("tokens is 0, expected at least 1*");
        FluentActions.Invoking(() => attention.Normalise(new float[16], 1, 2, 0, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("heads is 0, expected at least 1*");
        FluentActions.Invoking(() => attention.Normalise(new float[17], 1, 2, Heads, new float[17]))
            .Should().Throw<ArgumentException>().WithMessage("scores.Length is 17, expected a multiple of the 4 columns");
        FluentActions.Invoking(() => attention.Normalise(new float[16], 1, 2, Heads, new float[15]))
            .Should().Throw<ArgumentException>().WithMessage("attention.Length is 15, expected 16");
        FluentActions.Invoking(() => attention.Normalise(new float[16], 1, 8, Heads, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("there are 8 queries, expected at most one for each of the 1 keys");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void WeightedValues_WrongArguments_AreRefused(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;

        FluentActions.Invoking(() => attention.WeightedValues(new float[15], new float[24], 1, Heads, HeadSize, new float[12]))
            .Should().Throw<ArgumentException>().WithMessage("attention.Length is 15, expected 16");
        FluentActions.Invoking(() => attention.WeightedValues(new float[16], new float[23], 1, Heads, HeadSize, new float[12]))
            .Should().Throw<ArgumentException>().WithMessage("values.Length is 23, expected a multiple of the 6 columns");
        FluentActions.Invoking(() => attention.WeightedValues(new float[16], new float[24], 1, Heads, HeadSize, new float[11]))
            .Should().Throw<ArgumentException>().WithMessage("output.Length is 11, expected a multiple of the 6 columns");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_RowsThatDoNotMakeSequences_AreRefused(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;

        FluentActions.Invoking(() => attention.Scores(new float[12], new float[24], 0, Heads, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("sequences is 0, expected at least 1*");
        FluentActions.Invoking(() => attention.Scores(new float[18], new float[24], 2, Heads, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("queries.Length is 18, 3 rows, expected a multiple of the 2 sequences");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[30], 2, Heads, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("keys.Length is 30, 5 rows, expected a multiple of the 2 sequences");
        FluentActions.Invoking(() => attention.Scores(new float[12], new float[24], 2, Heads, HeadSize, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("scores.Length is 16, expected 8");
        FluentActions.Invoking(() => attention.Normalise(new float[16], 0, 2, Heads, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("sequences is 0, expected at least 1*");
        FluentActions.Invoking(() => attention.Normalise(new float[16], 3, 2, Heads, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("scores.Length is 16, expected a multiple of the 12 columns");
        FluentActions.Invoking(() => attention.NormaliseBackward(new float[16], new float[16], 1, 3, 4, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("attention.Length is 16, expected a multiple of the 12 columns");
        FluentActions.Invoking(() => attention.NormaliseBackward(new float[16], new float[16], 1, 8, 1, new float[16]))
            .Should().Throw<ArgumentException>().WithMessage("there are 8 queries, expected at most one for each of the 2 keys");
        FluentActions.Invoking(() => attention.WeightedValues(new float[16], new float[24], 1, Heads, HeadSize, new float[12]))
            .Should().NotThrow();
        FluentActions.Invoking(() => attention.WeightedValues(new float[8], new float[24], 2, Heads, HeadSize, new float[12]))
            .Should().NotThrow();
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Attention_OverlappingMemory_IsRefused(KernelRung rung)
    {
        AttentionKernel attention = KernelSet.Create(rung).Attention;
        float[] shared = new float[24];

        FluentActions.Invoking(() => attention.Scores(shared.AsSpan(0, 12), new float[24], 1, Heads, HeadSize, shared.AsSpan(4, 16)))
            .Should().Throw<ArgumentException>().WithMessage("scores shares memory with queries*");
        FluentActions.Invoking(() => attention.Scores(new float[12], shared, 1, Heads, HeadSize, shared.AsSpan(0, 16)))
            .Should().Throw<ArgumentException>().WithMessage("scores shares memory with keys*");
        FluentActions.Invoking(() => attention.Normalise(shared.AsSpan(0, 16), 1, 2, Heads, shared.AsSpan(1, 16)))
            .Should().Throw<ArgumentException>().WithMessage("attention is scores shifted by *");
        FluentActions.Invoking(() => attention.WeightedValues(shared.AsSpan(0, 16), new float[24], 1, Heads, HeadSize, shared.AsSpan(12, 12)))
            .Should().Throw<ArgumentException>().WithMessage("output shares memory with attention*");
        FluentActions.Invoking(() => attention.WeightedValues(new float[16], shared, 1, Heads, HeadSize, shared.AsSpan(0, 12)))
            .Should().Throw<ArgumentException>().WithMessage("output shares memory with values*");
    }
}
