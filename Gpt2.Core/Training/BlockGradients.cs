// The gradients of a block's activations, one matrix per step, under the names of BlockActivations. One instance
// serves all blocks, from the last to the first.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>∂loss/∂(each step of a block).</summary>
public sealed class BlockGradients
{
    public Matrix Input { get; } = Of(1);                           // [tokens, channels]

    public Matrix Ln1Normalised { get; } = Of(2);                   // [tokens, channels]

    public Matrix Ln1Scaled { get; } = Of(3);                       // [tokens, channels]

    public Matrix Qkv { get; } = Of(4);                             // [tokens, 3 · channels]

    public Matrix Queries { get; } = new("gradient of queries");    // [tokens, channels]

    public Matrix Keys { get; } = new("gradient of keys");          // [tokens, channels]

    public Matrix Values { get; } = new("gradient of values");      // [tokens, channels]

    public Matrix Scores { get; } = Of(6);                          // [tokens, heads · tokens]

    public Matrix Attention { get; } = Of(7);                       // [tokens, heads · tokens]

    public Matrix AttendedValues { get; } = Of(8);                  // [tokens, channels]

    public Matrix AttentionOutput { get; } = Of(9);                 // [tokens, channels]

    public Matrix Residual1 { get; } = Of(10);                      // [tokens, channels]

    public Matrix Ln2Normalised { get; } = Of(11);                  // [tokens, channels]

    public Matrix Ln2Scaled { get; } = Of(12);                      // [tokens, channels]

    public Matrix MlpHidden { get; } = Of(13);                      // [tokens, hidden]

    public Matrix Gelu { get; } = Of(14);                           // [tokens, hidden]

    public Matrix MlpOutput { get; } = Of(15);                      // [tokens, channels]

    public Matrix Residual2 { get; } = Of(16);                      // [tokens, channels]

    /// <summary>The backward of the four linear maps, with the memory it needs.</summary>
    private static Matrix Of(int step) => new($"gradient of step {step} {BlockStep.NameOf(step)}");
}
