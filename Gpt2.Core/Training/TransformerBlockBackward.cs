// The backward pass of one block: TransformerBlock.Forward read from the last step to the first. Each step takes the
// gradient of what its forward wrote and gives the gradient of what it read.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="TransformerBlock"/>.</summary>
public static class TransformerBlockBackward
{
    /// <summary>Computes the gradients of a block.</summary>
    /// <param name="a">What the forward pass computed.</param>
    /// <param name="weights">The block's weights.</param>
    /// <param name="heads">Number of attention heads.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="g">
    /// <see cref="BlockGradients.Stream"/> is the gradient of what the block gave, and becomes that of what it was given; the
    /// others are computed.
    /// </param>
    /// <param name="w">The gradients of the block's weights, added to.</param>
    public static void Backward(
        BlockActivations a, BlockWeights weights, int heads, KernelSet kernels, BlockGradients g, BlockWeights w)
    {
        // Step 16 adds to the stream: both sides of the sum get its gradient, which is there already.
        Step15MlpOutput(a, weights.MlpProjection, kernels, g, w.MlpProjection);                         // [tokens, hidden]
        Step14Gelu(a, kernels, g);                                                                      // [tokens, hidden]
        Step13MlpHidden(a, weights.MlpHidden, kernels, g, w.MlpHidden);                                 // [tokens, channels]
        Step12Ln2Scaled(a, weights.Ln2, kernels, g, w.Ln2);                                             // [tokens, channels]
        Step11Ln2Normalised(a, kernels, g);                                                             // [tokens, channels]
        // Step 10 as step 16.
        Step9AttentionOutput(a, weights.AttentionProjection, kernels, g, w.AttentionProjection);        // [tokens, channels]
        Step8AttendedValues(a, heads, kernels, g);                                                      // [tokens, heads · tokens]
        Step7Attention(a, heads, kernels, g);                                                           // [tokens, heads · tokens]
        Step6Scores(a, heads, kernels, g);                                                              // 2 × [tokens, channels]
        Step5QueriesKeysValues(kernels, g);                                                             // [tokens, 3 · channels]
        Step4Qkv(a, weights.AttentionQkv, kernels, g, w.AttentionQkv);                                  // [tokens, channels]
        Step3Ln1Scaled(a, weights.Ln1, kernels, g, w.Ln1);                                              // [tokens, channels]
        Step2Ln1Normalised(a, kernels, g);                                                              // [tokens, channels]
    }

    // mlp output = gelu · c_proj_w + c_proj_b, some of it dropped
    private static void Step15MlpOutput(
        BlockActivations a, DenseLinear map, KernelSet kernels, BlockGradients g, DenseLinear mapGradient)
    {
        Matrix mlpOutput = DropBackward(g.Stream, a.Dropout?.MlpOutputMask, g.MlpOutput);
        LinearBackward.Dense(a.Gelu, map, mlpOutput, kernels, g.Gelu, mapGradient);
    }

    // gelu = gelu(mlp hidden)
    private static void Step14Gelu(BlockActivations a, KernelSet kernels, BlockGradients g)
    {
        g.MlpHidden.Resize(g.Gelu.Rows, g.Gelu.Columns);
        kernels.Gelu.Backward(a.MlpHidden.Span, g.Gelu.Span, g.MlpHidden.Span);
    }

    // mlp hidden = ln_2 scaled · c_fc_w + c_fc_b
    private static void Step13MlpHidden(
        BlockActivations a, DenseLinear map, KernelSet kernels, BlockGradients g, DenseLinear mapGradient) =>
        LinearBackward.Dense(a.Ln2Scaled, map, g.MlpHidden, kernels, g.Ln2Scaled, mapGradient);

    // ln_2 scaled = ln_2 normalised × gain + bias
    private static void Step12Ln2Scaled(
        BlockActivations a, LayerNormWeights ln2, KernelSet kernels, BlockGradients g, LayerNormWeights ln2Gradient) =>
        ScaleBackward(a.Ln2Normalised, ln2, g.Ln2Scaled, kernels, g.Ln2Normalised, ln2Gradient);

    // ln_2 normalised = normalise(residual 1); residual 1 goes on to step 16 too, so this is added to the stream's gradient.
    private static void Step11Ln2Normalised(BlockActivations a, KernelSet kernels, BlockGradients g) =>
        AddNormaliseBackward(a.Residual1, a.Ln2Normalised, g.Ln2Normalised, kernels, g.Stream);

    // attention output = attended values · c_proj_w + c_proj_b, some of it dropped
    private static void Step9AttentionOutput(
        BlockActivations a, DenseLinear map, KernelSet kernels, BlockGradients g, DenseLinear mapGradient)
    {
        Matrix attentionOutput = DropBackward(g.Stream, a.Dropout?.AttentionOutputMask, g.AttentionOutput);
        LinearBackward.Dense(a.AttendedValues, map, attentionOutput, kernels, g.AttendedValues, mapGradient);
    }

    // attended values = attention (some of it dropped) · values, per sequence and head
    private static void Step8AttendedValues(BlockActivations a, int heads, KernelSet kernels, BlockGradients g)
    {
        Matrix attention = a.Dropout is null ? a.Attention : a.Dropout.DroppedAttention;
        g.Attention.Resize(attention.Rows, attention.Columns);
        ResizeToZero(g.Values, a.Values);
        kernels.Attention.WeightedValuesBackward(
            attention.Span, a.Values.Span, g.AttendedValues.Span, a.Sequences, heads, a.Values.Columns / heads,
            g.Attention.Span, g.Values.Span);
        if (a.Dropout is not null)
        {
            Dropout.Multiply(a.Dropout.AttentionMask, g.Attention);
        }
    }

    // attention = softmax(scores) over what a token sees
    private static void Step7Attention(BlockActivations a, int heads, KernelSet kernels, BlockGradients g)
    {
        g.Scores.Resize(g.Attention.Rows, g.Attention.Columns);
        kernels.Attention.NormaliseBackward(
            a.Attention.Span, g.Attention.Span, a.Sequences, a.Attention.Rows / a.Sequences, heads, g.Scores.Span);
    }

    // scores = queries · keysᵀ / √head size, per sequence and head
    private static void Step6Scores(BlockActivations a, int heads, KernelSet kernels, BlockGradients g)
    {
        ResizeToZero(g.Queries, a.Queries);
        ResizeToZero(g.Keys, a.Keys);
        kernels.Attention.ScoresBackward(
            a.Queries.Span, a.Keys.Span, g.Scores.Span, a.Sequences, heads, a.Queries.Columns / heads, g.Queries.Span, g.Keys.Span);
    }

    // queries, keys, values = the columns of qkv
    private static void Step5QueriesKeysValues(KernelSet kernels, BlockGradients g)
    {
        int channels = g.Queries.Columns;
        g.Qkv.Resize(g.Queries.Rows, 3 * channels);
        kernels.CopyColumns.Apply(g.Queries.Span, channels, from: 0, channels, to: 0, 3 * channels, g.Qkv.Span);
        kernels.CopyColumns.Apply(g.Keys.Span, channels, from: 0, channels, to: channels, 3 * channels, g.Qkv.Span);
        kernels.CopyColumns.Apply(g.Values.Span, channels, from: 0, channels, to: 2 * channels, 3 * channels, g.Qkv.Span);
    }

    // qkv = ln_1 scaled · c_attn_w + c_attn_b
    private static void Step4Qkv(
        BlockActivations a, DenseLinear map, KernelSet kernels, BlockGradients g, DenseLinear mapGradient) =>
        LinearBackward.Dense(a.Ln1Scaled, map, g.Qkv, kernels, g.Ln1Scaled, mapGradient);

    // ln_1 scaled = ln_1 normalised × gain + bias
    private static void Step3Ln1Scaled(
        BlockActivations a, LayerNormWeights ln1, KernelSet kernels, BlockGradients g, LayerNormWeights ln1Gradient) =>
        ScaleBackward(a.Ln1Normalised, ln1, g.Ln1Scaled, kernels, g.Ln1Normalised, ln1Gradient);

    // ln_1 normalised = normalise(input); input goes on to step 10 too, so this is added to the stream's gradient, which is now
    // that of step 1: the input itself.
    private static void Step2Ln1Normalised(BlockActivations a, KernelSet kernels, BlockGradients g) =>
        AddNormaliseBackward(a.Input, a.Ln1Normalised, g.Ln1Normalised, kernels, g.Stream);

    internal static void ScaleBackward(
        Matrix input, LayerNormWeights weights, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, LayerNormWeights gradient)
    {
        inputGradient.Resize(input.Rows, input.Columns);
        kernels.LayerNorm.ScaleBackward(
            input.Span, weights.Gain.Span, outputGradient.Span, inputGradient.Span, gradient.Gain.Span, gradient.Bias.Span);
    }

    /// <summary>sum += the gradient of the input, for which the output's gradient gives its memory.</summary>
    private static void AddNormaliseBackward(
        Matrix input, Matrix normalised, Matrix outputGradient, KernelSet kernels, Matrix sum)
    {
        kernels.LayerNorm.NormaliseBackward(
            input.Span, normalised.Span, outputGradient.Span, input.Columns, TransformerBlock.LayerNormEpsilon, outputGradient.Span);
        kernels.Add.Apply(sum.Span, outputGradient.Span, sum.Span);
    }

    /// <summary>The gradient before some numbers were dropped: the given one, or where there is a mask what that leaves of it.</summary>
    private static Matrix DropBackward(Matrix gradient, Matrix? mask, Matrix dropped)
    {
        if (mask is null)
        {
            return gradient;
        }

        dropped.CopyFrom(gradient);
        Dropout.Multiply(mask, dropped);
        return dropped;
    }

    private static void ResizeToZero(Matrix matrix, Matrix like)
    {
        matrix.Resize(like.Rows, like.Columns);
        matrix.Span.Clear();
    }
}
