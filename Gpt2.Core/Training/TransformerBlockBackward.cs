// The backward pass of one block: TransformerBlock.Forward read from the last step to the first. Each step takes the
// gradient of what its forward wrote and what its forward read, and gives the gradient of what its forward read.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="TransformerBlock"/>.</summary>
/// <param name="weights">The block's weights.</param>
/// <param name="heads">Number of attention heads.</param>
/// <param name="kernels">The kernels to compute with.</param>
/// <param name="weightGradients">The gradients of the block's weights, added to.</param>
public sealed class TransformerBlockBackward(BlockWeights weights, int heads, KernelSet kernels, BlockWeights weightGradients)
{
    /// <summary>Computes the gradients of the block.</summary>
    /// <param name="a">What the forward pass computed.</param>
    /// <param name="g">
    /// <see cref="BlockGradients.Residual2"/> is given; the others are computed, from the last to <see cref="BlockGradients.Input"/>.
    /// </param>
    public void Backward(BlockActivations a, BlockGradients g)
    {
        Step16Residual2(g.Residual2, a, g.MlpOutput);                                           // [tokens, channels]
        Step15MlpOutput(g.MlpOutput, a.Gelu, g.Gelu);                                           // [tokens, hidden]
        Step14Gelu(g.Gelu, a.MlpHidden, g.MlpHidden);                                           // [tokens, hidden]
        Step13MlpHidden(g.MlpHidden, a.Ln2Scaled, g.Ln2Scaled);                                 // [tokens, channels]
        Step12Ln2Scaled(g.Ln2Scaled, a.Ln2Normalised, g.Ln2Normalised);                         // [tokens, channels]
        Step11Ln2Normalised(g.Ln2Normalised, a.Residual1, a.Ln2Normalised, g.Residual1);        // [tokens, channels]
        Step10Residual1(g.Residual1, a, g.AttentionOutput);                                     // [tokens, channels]
        Step9AttentionOutput(g.AttentionOutput, a.AttendedValues, g.AttendedValues);            // [tokens, channels]
        Step8AttendedValues(g.AttendedValues, a, g.Attention, g.Values);                        // [tokens, heads · tokens], [tokens, channels]
        Step7Attention(g.Attention, a.Attention, a.Sequences, g.Scores);                        // [tokens, heads · tokens]
        Step6Scores(g.Scores, a.Queries, a.Keys, a.Sequences, g.Queries, g.Keys);               // 2 × [tokens, channels]
        Step5QueriesKeysValues(g.Queries, g.Keys, g.Values, g.Qkv);                             // [tokens, 3 · channels]
        Step4Qkv(g.Qkv, a.Ln1Scaled, g.Ln1Scaled);                                              // [tokens, channels]
        Step3Ln1Scaled(g.Ln1Scaled, a.Ln1Normalised, g.Ln1Normalised);                          // [tokens, channels]
        Step2Ln1Normalised(g.Ln1Normalised, a.Input, a.Ln1Normalised, g.Input);                 // [tokens, channels]
        // Step 1 copies the stream, whose gradient is g.Input.
    }

    // residual 2 = mlp output (some of it dropped) + residual 1. The gradient of a sum is that of both its terms: residual 1's is there.
    private static void Step16Residual2(Matrix residual2, BlockActivations a, Matrix mlpOutput) =>
        a.DropoutBackward(a.MlpOutput, residual2, mlpOutput);

    // mlp output = gelu · c_proj_w + c_proj_b
    private void Step15MlpOutput(Matrix mlpOutput, Matrix gelu, Matrix geluGradient) =>
        LinearBackward.Dense(gelu, weights.MlpProjection, mlpOutput, kernels, geluGradient, weightGradients.MlpProjection);

    // gelu = gelu(mlp hidden)
    private void Step14Gelu(Matrix gelu, Matrix mlpHidden, Matrix mlpHiddenGradient)
    {
        mlpHiddenGradient.Resize(gelu.Rows, gelu.Columns);
        kernels.Gelu.Backward(mlpHidden.Span, gelu.Span, mlpHiddenGradient.Span);
    }

    // mlp hidden = ln_2 scaled · c_fc_w + c_fc_b
    private void Step13MlpHidden(Matrix mlpHidden, Matrix ln2Scaled, Matrix ln2ScaledGradient) =>
        LinearBackward.Dense(ln2Scaled, weights.MlpHidden, mlpHidden, kernels, ln2ScaledGradient, weightGradients.MlpHidden);

    // ln_2 scaled = ln_2 normalised × gain + bias
    private void Step12Ln2Scaled(Matrix ln2Scaled, Matrix ln2Normalised, Matrix ln2NormalisedGradient) =>
        ScaleBackward(ln2Normalised, weights.Ln2, ln2Scaled, kernels, ln2NormalisedGradient, weightGradients.Ln2);

    // ln_2 normalised = normalise(residual 1); residual 1 goes to step 16 too, so this is added to its gradient.
    private void Step11Ln2Normalised(Matrix ln2Normalised, Matrix residual1, Matrix normalised, Matrix residual1Gradient) =>
        AddNormaliseBackward(residual1, normalised, ln2Normalised, residual1Gradient);

    // residual 1 = attention output (some of it dropped) + input: as step 16
    private static void Step10Residual1(Matrix residual1, BlockActivations a, Matrix attentionOutput) =>
        a.DropoutBackward(a.AttentionOutput, residual1, attentionOutput);

    // attention output = attended values · c_proj_w + c_proj_b
    private void Step9AttentionOutput(Matrix attentionOutput, Matrix attendedValues, Matrix attendedValuesGradient) =>
        LinearBackward.Dense(
            attendedValues, weights.AttentionProjection, attentionOutput, kernels, attendedValuesGradient, weightGradients.AttentionProjection);

    // attended values = attention (some of it dropped) · values, per sequence and head
    private void Step8AttendedValues(Matrix attendedValues, BlockActivations a, Matrix attentionGradient, Matrix valuesGradient)
    {
        Matrix attention = a.DropoutOf(a.Attention);
        attentionGradient.Resize(attention.Rows, attention.Columns);
        ResizeToZero(valuesGradient, a.Values);
        kernels.Attention.WeightedValuesBackward(
            attention.Span, a.Values.Span, attendedValues.Span, a.Sequences, heads, a.Values.Columns / heads,
            attentionGradient.Span, valuesGradient.Span);
        a.DropoutBackward(a.Attention, attentionGradient, attentionGradient);
    }

    // attention = softmax(scores) over what a token sees
    private void Step7Attention(Matrix attentionGradient, Matrix attention, int sequences, Matrix scores)
    {
        scores.Resize(attention.Rows, attention.Columns);
        kernels.Attention.NormaliseBackward(
            attention.Span, attentionGradient.Span, sequences, attention.Rows / sequences, heads, scores.Span);
    }

    // scores = queries · keysᵀ / √head size, per sequence and head
    private void Step6Scores(
        Matrix scores, Matrix queries, Matrix keys, int sequences, Matrix queriesGradient, Matrix keysGradient)
    {
        ResizeToZero(queriesGradient, queries);
        ResizeToZero(keysGradient, keys);
        kernels.Attention.ScoresBackward(
            queries.Span, keys.Span, scores.Span, sequences, heads, queries.Columns / heads, queriesGradient.Span, keysGradient.Span);
    }

    // queries, keys, values = the columns of qkv
    private void Step5QueriesKeysValues(Matrix queries, Matrix keys, Matrix values, Matrix qkv)
    {
        int channels = queries.Columns;
        qkv.Resize(queries.Rows, 3 * channels);
        kernels.CopyColumns.Apply(queries.Span, channels, from: 0, channels, to: 0, 3 * channels, qkv.Span);
        kernels.CopyColumns.Apply(keys.Span, channels, from: 0, channels, to: channels, 3 * channels, qkv.Span);
        kernels.CopyColumns.Apply(values.Span, channels, from: 0, channels, to: 2 * channels, 3 * channels, qkv.Span);
    }

    // qkv = ln_1 scaled · c_attn_w + c_attn_b
    private void Step4Qkv(Matrix qkv, Matrix ln1Scaled, Matrix ln1ScaledGradient) =>
        LinearBackward.Dense(ln1Scaled, weights.AttentionQkv, qkv, kernels, ln1ScaledGradient, weightGradients.AttentionQkv);

    // ln_1 scaled = ln_1 normalised × gain + bias
    private void Step3Ln1Scaled(Matrix ln1Scaled, Matrix ln1Normalised, Matrix ln1NormalisedGradient) =>
        ScaleBackward(ln1Normalised, weights.Ln1, ln1Scaled, kernels, ln1NormalisedGradient, weightGradients.Ln1);

    // ln_1 normalised = normalise(input); input goes to step 10 too, so this is added to its gradient.
    private void Step2Ln1Normalised(Matrix ln1Normalised, Matrix input, Matrix normalised, Matrix inputGradient) =>
        AddNormaliseBackward(input, normalised, ln1Normalised, inputGradient);

    internal static void ScaleBackward(
        Matrix input, LayerNormWeights weights, Matrix outputGradient, KernelSet kernels, Matrix inputGradient, LayerNormWeights gradient)
    {
        inputGradient.Resize(input.Rows, input.Columns);
        kernels.LayerNorm.ScaleBackward(
            input.Span, weights.Gain.Span, outputGradient.Span, inputGradient.Span, gradient.Gain.Span, gradient.Bias.Span);
    }

    /// <summary>sum += the gradient of the input, for which the output's gradient gives its memory.</summary>
    private void AddNormaliseBackward(Matrix input, Matrix normalised, Matrix outputGradient, Matrix sum)
    {
        kernels.LayerNorm.NormaliseBackward(
            input.Span, normalised.Span, outputGradient.Span, input.Columns, TransformerBlock.LayerNormEpsilon, outputGradient.Span);
        kernels.Add.Apply(sum.Span, outputGradient.Span, sum.Span);
    }

    private static void ResizeToZero(Matrix matrix, Matrix like)
    {
        matrix.Resize(like.Rows, like.Columns);
        matrix.Span.Clear();
    }
}
