// The backward pass of one block: TransformerBlock.Forward from the last step to the first. Each step takes the
// gradient of what its forward step wrote, and what that step read, and gives the gradient of what it read. Below, dX
// is ∂loss/∂X: dGelu is the gradient of gelu. g.Residual2, g.Residual1 and g.Input are one matrix, the gradient of the
// residual stream, which steps 11 and 2 add to.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Backward of <see cref="TransformerBlock"/>.</summary>
/// <param name="layers">The block's weights.</param>
/// <param name="config">What the model is like.</param>
/// <param name="block">The block's number.</param>
/// <param name="kernels">The kernels to compute with.</param>
/// <param name="linear">The backward pass of linear maps, with its memory.</param>
/// <param name="gradients">The gradients of weights, added to.</param>
internal sealed class TransformerBlockBackward(
    BlockLayers layers, Gpt2Config config, int block, KernelSet kernels, LinearBackward linear, WeightGradients gradients)
{
    private readonly int heads = config.Heads;

    /// <summary>Computes the gradients of the block.</summary>
    /// <param name="a">The activations of the forward pass.</param>
    /// <param name="g">
    /// <see cref="BlockGradients.Residual2"/> is given; the others are computed, ending with
    /// <see cref="BlockGradients.Input"/>.
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

    // residual 2 = mlp output (after dropout) + residual 1, so dMlpOutput = dResidual2 (× the dropout mask); dResidual1
    // is the same matrix.
    private static void Step16Residual2(Matrix dResidual2, BlockActivations a, Matrix dMlpOutput) =>
        a.DropoutBackward(a.MlpOutput, dResidual2, dMlpOutput);

    // mlp output = gelu · c_proj_w + c_proj_b, so dGelu = dMlpOutput · c_proj_wᵀ
    private void Step15MlpOutput(Matrix dMlpOutput, Matrix gelu, Matrix dGelu) =>
        linear.Run(gelu, layers.MlpProjection, dMlpOutput, kernels, dGelu, gradients);

    // gelu = gelu(mlp hidden), so dMlpHidden = dGelu × gelu'(mlp hidden), and likewise for other activation functions
    private void Step14Gelu(Matrix dGelu, Matrix mlpHidden, Matrix dMlpHidden)
    {
        dMlpHidden.Resize(dGelu.Rows, dGelu.Columns);
        kernels.Activation(config.Activation).Backward(mlpHidden.Span, dGelu.Span, dMlpHidden.Span);
    }

    // mlp hidden = ln_2 scaled · c_fc_w + c_fc_b, so dLn2Scaled = dMlpHidden · c_fc_wᵀ
    private void Step13MlpHidden(Matrix dMlpHidden, Matrix ln2Scaled, Matrix dLn2Scaled) =>
        linear.Run(ln2Scaled, layers.MlpHidden, dMlpHidden, kernels, dLn2Scaled, gradients);

    // ln_2 scaled = ln_2 normalised × gain + bias, so dLn2Normalised = dLn2Scaled × gain
    private void Step12Ln2Scaled(Matrix dLn2Scaled, Matrix ln2Normalised, Matrix dLn2Normalised) =>
        linear.Scale(ln2Normalised, layers.Ln2, dLn2Scaled, kernels, dLn2Normalised, gradients);

    // ln_2 normalised = normalise(residual 1); residual 1 also goes to step 16, so this is added to dResidual1.
    private void Step11Ln2Normalised(Matrix dLn2Normalised, Matrix residual1, Matrix ln2Normalised, Matrix dResidual1) =>
        AddNormaliseBackward(residual1, ln2Normalised, dLn2Normalised, dResidual1);

    // residual 1 = attention output (after dropout) + input: as in step 16
    private static void Step10Residual1(Matrix dResidual1, BlockActivations a, Matrix dAttentionOutput) =>
        a.DropoutBackward(a.AttentionOutput, dResidual1, dAttentionOutput);

    // attention output = attended values · c_proj_w + c_proj_b, so dAttendedValues = dAttentionOutput · c_proj_wᵀ
    private void Step9AttentionOutput(Matrix dAttentionOutput, Matrix attendedValues, Matrix dAttendedValues) =>
        linear.Run(attendedValues, layers.AttentionProjection, dAttentionOutput, kernels, dAttendedValues, gradients);

    // attended values = attention (after dropout) · values, per sequence and head,
    // so dAttention = dAttendedValues · valuesᵀ (× the dropout mask) and dValues = attentionᵀ · dAttendedValues
    private void Step8AttendedValues(Matrix dAttendedValues, BlockActivations a, Matrix dAttention, Matrix dValues)
    {
        Matrix attention = a.DropoutOf(a.Attention);
        dAttention.Resize(attention.Rows, attention.Columns);
        dValues.Resize(a.Values.Rows, a.Values.Columns);
        kernels.Attention.WeightedValuesBackward(
            attention.Span, a.Values.Span, dAttendedValues.Span, a.Sequences, heads, a.Values.Columns / heads, dAttention.Span, dValues.Span);
        a.DropoutBackward(a.Attention, dAttention, dAttention);
    }

    // attention = softmax(scores) over what a token sees,
    // so per row dScores = attention × (dAttention − Σ attention × dAttention)
    private void Step7Attention(Matrix dAttention, Matrix attention, int sequences, Matrix dScores)
    {
        dScores.Resize(attention.Rows, attention.Columns);
        kernels.Attention.NormaliseBackward(
            attention.Span, dAttention.Span, sequences, attention.Rows / sequences, heads, dScores.Span);
    }

    // scores = queries · keysᵀ · scale, per sequence and head, with the scale 1 / √head size in GPT-2,
    // so dQueries = dScores · keys · scale and dKeys = dScoresᵀ · queries · scale
    private void Step6Scores(Matrix dScores, Matrix queries, Matrix keys, int sequences, Matrix dQueries, Matrix dKeys)
    {
        dQueries.Resize(queries.Rows, queries.Columns);
        dKeys.Resize(keys.Rows, keys.Columns);
        kernels.Attention.ScoresBackward(
            queries.Span, keys.Span, dScores.Span, sequences, heads, queries.Columns / heads, dQueries.Span, dKeys.Span,
            config.ScoreScale(block));
    }

    // queries, keys, values = the columns of qkv, so dQkv has dQueries, dKeys and dValues side by side
    private void Step5QueriesKeysValues(Matrix dQueries, Matrix dKeys, Matrix dValues, Matrix dQkv)
    {
        int channels = dQueries.Columns;
        dQkv.Resize(dQueries.Rows, 3 * channels);
        kernels.CopyColumns.Apply(dQueries.Span, channels, from: 0, channels, to: 0, 3 * channels, dQkv.Span);
        kernels.CopyColumns.Apply(dKeys.Span, channels, from: 0, channels, to: channels, 3 * channels, dQkv.Span);
        kernels.CopyColumns.Apply(dValues.Span, channels, from: 0, channels, to: 2 * channels, 3 * channels, dQkv.Span);
    }

    // qkv = ln_1 scaled · c_attn_w + c_attn_b, so dLn1Scaled = dQkv · c_attn_wᵀ
    private void Step4Qkv(Matrix dQkv, Matrix ln1Scaled, Matrix dLn1Scaled) =>
        linear.Run(ln1Scaled, layers.AttentionQkv, dQkv, kernels, dLn1Scaled, gradients);

    // ln_1 scaled = ln_1 normalised × gain + bias, so dLn1Normalised = dLn1Scaled × gain
    private void Step3Ln1Scaled(Matrix dLn1Scaled, Matrix ln1Normalised, Matrix dLn1Normalised) =>
        linear.Scale(ln1Normalised, layers.Ln1, dLn1Scaled, kernels, dLn1Normalised, gradients);

    // ln_1 normalised = normalise(input); input also goes to step 10, so this is added to dInput.
    private void Step2Ln1Normalised(Matrix dLn1Normalised, Matrix input, Matrix ln1Normalised, Matrix dInput) =>
        AddNormaliseBackward(input, ln1Normalised, dLn1Normalised, dInput);

    /// <summary>
    /// dInput += the gradient through the normalisation. It is computed in the memory of dNormalised, which is lost.
    /// </summary>
    private void AddNormaliseBackward(Matrix input, Matrix normalised, Matrix dNormalised, Matrix dInput)
    {
        kernels.LayerNorm.NormaliseBackward(
            input.Span, normalised.Span, dNormalised.Span, input.Columns, config.LayerNormEpsilon, dNormalised.Span);
        kernels.Add.Apply(dInput.Span, dNormalised.Span, dInput.Span);
    }
}
