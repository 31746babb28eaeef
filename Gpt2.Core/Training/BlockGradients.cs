// The gradients of a block's activations, under the names of BlockActivations. One instance
// serves all blocks, from the last to the first.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>∂loss/∂(each step of a block).</summary>
public sealed class BlockGradients
{
    /// <summary>
    /// The gradient of the residual stream: of step 16 when the backward pass of a block begins, of step 10 in its middle and
    /// of step 1, which is the step 16 of the block before, when it ends. What the stream is added to leaves it as it is.
    /// </summary>
    public Matrix Stream { get; } = new("gradient of the residual stream"); // [tokens, channels]

    public Matrix Ln1Normalised { get; } = Of(2);                   // [tokens, channels]

    public Matrix Ln1Scaled { get; } = Of(3);                       // [tokens, channels]

    public Matrix Qkv { get; } = Of(4);                             // [tokens, 3 · channels]

    public Matrix Queries { get; } = new("gradient of queries");    // [tokens, channels]

    public Matrix Keys { get; } = new("gradient of keys");          // [tokens, channels]

    public Matrix Values { get; } = new("gradient of values");      // [tokens, channels]

    public Matrix Scores { get; } = Of(6);                          // [tokens, heads · tokens]

    public Matrix Attention { get; } = Of(7);                       // [tokens, heads · tokens]

    public Matrix AttendedValues { get; } = Of(8);                  // [tokens, channels]

    /// <summary>Where some of step 9 was dropped; else it is the stream's.</summary>
    public Matrix AttentionOutput { get; } = Of(9);                 // [tokens, channels]

    public Matrix Ln2Normalised { get; } = Of(11);                  // [tokens, channels]

    public Matrix Ln2Scaled { get; } = Of(12);                      // [tokens, channels]

    public Matrix MlpHidden { get; } = Of(13);                      // [tokens, hidden]

    public Matrix Gelu { get; } = Of(14);                           // [tokens, hidden]

    /// <summary>Where some of step 15 was dropped; else it is the stream's.</summary>
    public Matrix MlpOutput { get; } = Of(15);                      // [tokens, channels]

    private static Matrix Of(int step) => new($"gradient of step {step} {BlockStep.NameOf(step)}");
}
