// The gradients of a block's activations, with the names of BlockActivations. One instance serves all blocks, from the
// last to the first.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>∂loss/∂(each step of a block).</summary>
internal sealed class BlockGradients
{
    private readonly Matrix stream = new("gradient of the residual stream");

    /// <param name="dropout">Whether steps 9 and 15 have dropout, so that their gradients are not the stream's.</param>
    public BlockGradients(bool dropout = false)
    {
        AttentionOutput = dropout ? Of(9) : stream;
        MlpOutput = dropout ? Of(15) : stream;
    }

    /// <summary>
    /// The gradient of the residual stream: first that of step 16, then that of step 10, and at the end of the block's
    /// backward pass that of step 1, which is step 16 of the block before. The three are one matrix, because adding to
    /// the stream does not change its gradient.
    /// </summary>
    public Matrix Residual2 => stream;                              // [tokens, channels]

    /// <inheritdoc cref="Residual2"/>
    public Matrix Residual1 => stream;                              // [tokens, channels]

    /// <inheritdoc cref="Residual2"/>
    public Matrix Input => stream;                                  // [tokens, channels]

    public Matrix Ln1Normalised { get; } = Of(2);                   // [tokens, channels]

    public Matrix Ln1Scaled { get; } = Of(3);                       // [tokens, channels]

    public Matrix Qkv { get; } = Of(4);                             // [tokens, 3 · channels]

    public Matrix Queries { get; } = new("gradient of queries");    // [tokens, channels]

    public Matrix Keys { get; } = new("gradient of keys");          // [tokens, channels]

    public Matrix Values { get; } = new("gradient of values");      // [tokens, channels]

    public Matrix Scores { get; } = Of(6);                          // [tokens, heads · tokens]

    public Matrix Attention { get; } = Of(7);                       // [tokens, heads · tokens]

    public Matrix AttendedValues { get; } = Of(8);                  // [tokens, channels]

    /// <summary>The stream's gradient, unless step 9 has dropout.</summary>
    public Matrix AttentionOutput { get; }                          // [tokens, channels]

    public Matrix Ln2Normalised { get; } = Of(11);                  // [tokens, channels]

    public Matrix Ln2Scaled { get; } = Of(12);                      // [tokens, channels]

    public Matrix MlpHidden { get; } = Of(13);                      // [tokens, hidden]

    public Matrix Gelu { get; } = Of(14);                           // [tokens, hidden]

    /// <summary>The stream's gradient, unless step 15 has dropout.</summary>
    public Matrix MlpOutput { get; }                                // [tokens, channels]

    private static Matrix Of(int step) => new($"gradient of step {step} {BlockStep.NameOf(step)}");
}
