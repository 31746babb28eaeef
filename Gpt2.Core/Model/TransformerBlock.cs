// One block, in the sixteen numbered steps of the "spreadsheets are all you need" edition. Forward lists the steps;
// each step is a method below it whose body is the step's formula. What serves the debugger and training (which step
// begins, breakpoints, dropout) is in BlockActivations.

using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.Activation;

namespace Gpt2.Core.Model;

/// <summary>
/// Attention and feed-forward, each after a layer normalisation and added to the residual stream
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", section 2.3).
/// </summary>
/// <param name="layers">The block's weights.</param>
/// <param name="config">What the model is like.</param>
/// <param name="block">The block's number.</param>
/// <param name="kernels">The kernels to compute with.</param>
internal sealed class TransformerBlock(BlockLayers layers, Gpt2Config config, int block, KernelSet kernels)
{
    private readonly int heads = config.Heads;
    private readonly float scoreScale = config.ScoreScale(block);       // 1 / √headSize in GPT-2
    private readonly float epsilon = config.LayerNormEpsilon;           // 1e-5 in GPT-2
    private readonly ActivationKernel activation = kernels.Activation(config.Activation);
    private readonly LayerNormWeights ln1 = layers.Ln1;
    private readonly LinearMap attentionQkv = layers.AttentionQkv;
    private readonly LinearMap attentionProjection = layers.AttentionProjection;
    private readonly LayerNormWeights ln2 = layers.Ln2;
    private readonly LinearMap mlpHidden = layers.MlpHidden;
    private readonly LinearMap mlpProjection = layers.MlpProjection;

    /// <summary>
    /// Computes the block. Each step first resizes its matrix, which tells the activations that the step begins.
    /// </summary>
    /// <param name="stream">The incoming residual stream, [tokens, channels].</param>
    /// <param name="past">Keys and values of the tokens before these; those of these tokens are added.</param>
    /// <param name="a">Receives every step; <see cref="BlockActivations.Residual2"/> is the outgoing stream.</param>
    public void Forward(Matrix stream, BlockPast past, BlockActivations a)
    {
        Step1Input(stream, a.Input);                                                        // [tokens, channels]
        Step2Ln1Normalised(a.Input, a.Ln1Normalised);                                       // [tokens, channels]
        Step3Ln1Scaled(a.Ln1Normalised, ln1, a.Ln1Scaled);                                  // [tokens, channels]
        Step4Qkv(a.Ln1Scaled, attentionQkv, a.Qkv);                                         // [tokens, 3 · channels]
        Step5QueriesKeysValues(a.Qkv, a.Queries, a.Keys, a.Values);                         // 3 × [tokens, channels]
        past.Append(a.Keys, a.Values);                                                      // 2 × [total, channels]
        Step6Scores(a.Queries, past, a.Scores);                                             // [tokens, heads · total]
        Step7Attention(a.Scores, past, a.Attention);                                        // [tokens, heads · total]
        Step8AttendedValues(a.Dropout(a.Attention), past, a.AttendedValues);                // [tokens, channels]
        Step9AttentionOutput(a.AttendedValues, attentionProjection, a.AttentionOutput);     // [tokens, channels]
        Step10Residual1(a.Dropout(a.AttentionOutput), a.Input, a.Residual1);                // [tokens, channels]
        Step11Ln2Normalised(a.Residual1, a.Ln2Normalised);                                  // [tokens, channels]
        Step12Ln2Scaled(a.Ln2Normalised, ln2, a.Ln2Scaled);                                 // [tokens, channels]
        Step13MlpHidden(a.Ln2Scaled, mlpHidden, a.MlpHidden);                               // [tokens, hidden]
        Step14Gelu(a.MlpHidden, a.Gelu);                                                    // [tokens, hidden]
        Step15MlpOutput(a.Gelu, mlpProjection, a.MlpOutput);                                // [tokens, channels]
        Step16Residual2(a.Dropout(a.MlpOutput), a.Residual1, a.Residual2);                  // [tokens, channels]
    }

    private static void Step1Input(Matrix stream, Matrix input) =>
        input.CopyFrom(stream);

    private void Step2Ln1Normalised(Matrix input, Matrix ln1Normalised) =>
        kernels.LayerNorm.Normalise(input, epsilon, ln1Normalised);

    private void Step3Ln1Scaled(Matrix ln1Normalised, LayerNormWeights ln1, Matrix ln1Scaled) =>
        kernels.LayerNorm.Scale(ln1Normalised, ln1.Gain, ln1.Bias, ln1Scaled);

    private void Step4Qkv(Matrix ln1Scaled, LinearMap attentionQkv, Matrix qkv) =>
        attentionQkv.Forward(ln1Scaled, kernels, qkv);

    private void Step5QueriesKeysValues(Matrix qkv, Matrix queries, Matrix keys, Matrix values)
    {
        int channels = qkv.Columns / 3;
        kernels.CopyColumns.Apply(qkv, from: 0, channels, queries);
        kernels.CopyColumns.Apply(qkv, from: channels, channels, keys);
        kernels.CopyColumns.Apply(qkv, from: 2 * channels, channels, values);
    }

    private void Step6Scores(Matrix queries, BlockPast past, Matrix scores) =>
        past.Scores(queries, heads, scoreScale, kernels, scores);

    private void Step7Attention(Matrix scores, BlockPast past, Matrix attention) =>
        past.Attention(scores, heads, kernels, attention);

    private void Step8AttendedValues(Matrix attention, BlockPast past, Matrix attendedValues) =>
        past.WeightedValues(attention, heads, kernels, attendedValues);

    private void Step9AttentionOutput(Matrix attendedValues, LinearMap attentionProjection, Matrix attentionOutput) =>
        attentionProjection.Forward(attendedValues, kernels, attentionOutput);

    private void Step10Residual1(Matrix attentionOutput, Matrix input, Matrix residual1) =>
        kernels.Add.Apply(attentionOutput, input, residual1);

    private void Step11Ln2Normalised(Matrix residual1, Matrix ln2Normalised) =>
        kernels.LayerNorm.Normalise(residual1, epsilon, ln2Normalised);

    private void Step12Ln2Scaled(Matrix ln2Normalised, LayerNormWeights ln2, Matrix ln2Scaled) =>
        kernels.LayerNorm.Scale(ln2Normalised, ln2.Gain, ln2.Bias, ln2Scaled);

    private void Step13MlpHidden(Matrix ln2Scaled, LinearMap mlpHidden, Matrix hidden) =>
        mlpHidden.Forward(ln2Scaled, kernels, hidden);

    private void Step14Gelu(Matrix hidden, Matrix gelu) =>
        activation.Apply(hidden, gelu);

    private void Step15MlpOutput(Matrix gelu, LinearMap mlpProjection, Matrix mlpOutput) =>
        mlpProjection.Forward(gelu, kernels, mlpOutput);

    private void Step16Residual2(Matrix mlpOutput, Matrix residual1, Matrix residual2) =>
        kernels.Add.Apply(mlpOutput, residual1, residual2);
}
