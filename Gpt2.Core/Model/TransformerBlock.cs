// One block, in the sixteen numbered steps of the "spreadsheets are all you need" edition. Forward is the table of
// steps; each step is a method below it. Set a breakpoint in Forward and press F10 sixteen times.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>
/// Attention and feed-forward, each behind a layer normalisation and added to the residual stream
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", section 2.3).
/// </summary>
public static class TransformerBlock
{
    /// <summary>GPT-2's ε in both layer normalisations.</summary>
    public const float LayerNormEpsilon = 1e-5f;

    /// <summary>Computes a block.</summary>
    /// <param name="stream">The residual stream coming in, [tokens, channels].</param>
    /// <param name="layers">The block's layers.</param>
    /// <param name="heads">Number of attention heads.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="cache">Keys and values of the tokens before these, to which these are added; null where there are none.</param>
    /// <param name="a">Receives every step; <see cref="BlockActivations.Residual2"/> is the stream going out.</param>
    public static void Forward(
        Matrix stream, BlockLayers layers, int heads, KernelSet kernels, BlockCache? cache, BlockActivations a)
    {
        Step1Input(stream, a);                                          // [tokens, channels]
        Step2Ln1Normalised(kernels, a);                                 // [tokens, channels]
        Step3Ln1Scaled(layers.Ln1, kernels, a);                         // [tokens, channels]
        Step4Qkv(layers.AttentionQkv, kernels, a);                      // [tokens, 3 · channels]
        Step5QueriesKeysValues(kernels, cache, a);                      // 3 × [tokens, channels]
        Step6Scores(heads, kernels, cache, a);                          // [tokens, heads · total]
        Step7Attention(heads, kernels, a);                              // [tokens, heads · total]
        Step8AttendedValues(heads, kernels, cache, a);                  // [tokens, channels]
        Step9AttentionOutput(layers.AttentionProjection, kernels, a);   // [tokens, channels]
        Step10Residual1(kernels, a);                                    // [tokens, channels]
        Step11Ln2Normalised(kernels, a);                                // [tokens, channels]
        Step12Ln2Scaled(layers.Ln2, kernels, a);                        // [tokens, channels]
        Step13MlpHidden(layers.MlpHidden, kernels, a);                  // [tokens, hidden]
        Step14Gelu(kernels, a);                                         // [tokens, hidden]
        Step15MlpOutput(layers.MlpProjection, kernels, a);              // [tokens, channels]
        Step16Residual2(kernels, a);                                    // [tokens, channels]
    }

    private static void Step1Input(Matrix stream, BlockActivations a)
    {
        a.Begin(1);
        a.Input.CopyFrom(stream);
    }

    private static void Step2Ln1Normalised(KernelSet kernels, BlockActivations a)
    {
        a.Begin(2);
        Normalise(a.Input, kernels, a.Ln1Normalised);
    }

    private static void Step3Ln1Scaled(LayerNormWeights ln1, KernelSet kernels, BlockActivations a)
    {
        a.Begin(3);
        Scale(a.Ln1Normalised, ln1, kernels, a.Ln1Scaled);
    }

    private static void Step4Qkv(LinearMap attentionQkv, KernelSet kernels, BlockActivations a)
    {
        a.Begin(4);
        attentionQkv.Forward(a.Ln1Scaled, kernels, a.Qkv);
    }

    private static void Step5QueriesKeysValues(KernelSet kernels, BlockCache? cache, BlockActivations a)
    {
        a.Begin(5);
        int channels = a.Input.Columns;
        Columns(a.Qkv, 0, channels, kernels, a.Queries);
        Columns(a.Qkv, channels, channels, kernels, a.Keys);
        Columns(a.Qkv, 2 * channels, channels, kernels, a.Values);
        cache?.Append(a.Keys, a.Values);
    }

    private static void Step6Scores(int heads, KernelSet kernels, BlockCache? cache, BlockActivations a)
    {
        a.Begin(6);
        if (cache is { IsOneRun: false })
        {
            cache.Scores(a.Queries, heads, kernels.Attention, a.Scores);
            return;
        }

        Matrix keys = cache is null ? a.Keys : cache.Keys;              // [total, channels]
        a.Scores.Resize(a.Queries.Rows, heads * (keys.Rows / a.Sequences));
        kernels.Attention.Scores(a.Queries.Span, keys.Span, a.Sequences, heads, keys.Columns / heads, a.Scores.Span);
    }

    private static void Step7Attention(int heads, KernelSet kernels, BlockActivations a)
    {
        a.Begin(7);
        a.Attention.Resize(a.Scores.Rows, a.Scores.Columns);
        kernels.Attention.Normalise(a.Scores.Span, a.Sequences, a.Scores.Rows / a.Sequences, heads, a.Attention.Span);
        a.Dropout?.DropAttention(a.Attention);
    }

    private static void Step8AttendedValues(int heads, KernelSet kernels, BlockCache? cache, BlockActivations a)
    {
        a.Begin(8);
        if (cache is { IsOneRun: false })
        {
            cache.WeightedValues(a.Attention, heads, kernels, a.AttendedValues);
            return;
        }

        Matrix values = cache is null ? a.Values : cache.Values;        // [total, channels]
        Matrix attention = a.Dropout is null ? a.Attention : a.Dropout.DroppedAttention;
        a.AttendedValues.Resize(attention.Rows, values.Columns);
        kernels.Attention.WeightedValues(
            attention.Span, values.Span, a.Sequences, heads, values.Columns / heads, a.AttendedValues.Span);
    }

    private static void Step9AttentionOutput(LinearMap attentionProjection, KernelSet kernels, BlockActivations a)
    {
        a.Begin(9);
        attentionProjection.Forward(a.AttendedValues, kernels, a.AttentionOutput);
        a.Dropout?.DropAttentionOutput(a.AttentionOutput);
    }

    private static void Step10Residual1(KernelSet kernels, BlockActivations a)
    {
        a.Begin(10);
        Add(a.AttentionOutput, a.Input, kernels, a.Residual1);
    }

    private static void Step11Ln2Normalised(KernelSet kernels, BlockActivations a)
    {
        a.Begin(11);
        Normalise(a.Residual1, kernels, a.Ln2Normalised);
    }

    private static void Step12Ln2Scaled(LayerNormWeights ln2, KernelSet kernels, BlockActivations a)
    {
        a.Begin(12);
        Scale(a.Ln2Normalised, ln2, kernels, a.Ln2Scaled);
    }

    private static void Step13MlpHidden(LinearMap mlpHidden, KernelSet kernels, BlockActivations a)
    {
        a.Begin(13);
        mlpHidden.Forward(a.Ln2Scaled, kernels, a.MlpHidden);
    }

    private static void Step14Gelu(KernelSet kernels, BlockActivations a)
    {
        a.Begin(14);
        a.Gelu.Resize(a.MlpHidden.Rows, a.MlpHidden.Columns);
        kernels.Gelu.Apply(a.MlpHidden.Span, a.Gelu.Span);
    }

    private static void Step15MlpOutput(LinearMap mlpProjection, KernelSet kernels, BlockActivations a)
    {
        a.Begin(15);
        mlpProjection.Forward(a.Gelu, kernels, a.MlpOutput);
        a.Dropout?.DropMlpOutput(a.MlpOutput);
    }

    private static void Step16Residual2(KernelSet kernels, BlockActivations a)
    {
        a.Begin(16);
        Add(a.MlpOutput, a.Residual1, kernels, a.Residual2);
    }

    internal static void Normalise(Matrix input, KernelSet kernels, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        kernels.LayerNorm.Normalise(input.Span, input.Columns, LayerNormEpsilon, output.Span);
    }

    internal static void Scale(Matrix input, LayerNormWeights weights, KernelSet kernels, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        kernels.LayerNorm.Scale(input.Span, weights.Gain.Span, weights.Bias.Span, output.Span);
    }

    private static void Columns(Matrix source, int first, int columns, KernelSet kernels, Matrix output)
    {
        output.Resize(source.Rows, columns);
        kernels.CopyColumns.Apply(source.Span, source.Columns, first, columns, to: 0, columns, output.Span);
    }

    private static void Add(Matrix left, Matrix right, KernelSet kernels, Matrix sum)
    {
        sum.Resize(left.Rows, left.Columns);
        kernels.Add.Apply(left.Span, right.Span, sum.Span);
    }
}
