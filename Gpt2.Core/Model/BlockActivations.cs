// The central data structure: one named matrix per step of a block, none used twice. At the end of a block the
// debugger shows all sixteen, a trace writes them, and the backward pass reads them.

using System.Diagnostics;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>
/// What a block computed. Rows are tokens. Inference uses one instance for all blocks; a trace keeps one per block.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class BlockActivations
{
    /// <summary>The block that the matrices belong to, or are being computed for.</summary>
    public int Block { get; private set; }

    /// <summary>The step begun last, 0 before the first.</summary>
    public int Step { get; private set; }

    /// <summary>How many sequences of equal length the rows are, one after another; 1 but in training and of beams.</summary>
    public int Sequences { get; private set; } = 1;

    /// <summary>Where to stop an attached debugger, or null.</summary>
    public StepBreakpoint? Breakpoint { get; init; }

    /// <summary>What training drops; null elsewhere.</summary>
    public BlockDropout? Dropout { get; init; }

    // tokens = rows; total = tokens + those in the key-value cache
    public Matrix Input { get; } = Of(1);                       // [tokens, channels]

    public Matrix Ln1Normalised { get; } = Of(2);               // [tokens, channels]

    public Matrix Ln1Scaled { get; } = Of(3);                   // [tokens, channels]

    public Matrix Qkv { get; } = Of(4);                         // [tokens, 3 · channels]

    public Matrix Queries { get; } = new("step 5 queries");     // [tokens, channels]

    public Matrix Keys { get; } = new("step 5 keys");           // [tokens, channels]

    public Matrix Values { get; } = new("step 5 values");       // [tokens, channels]

    public Matrix Scores { get; } = Of(6);                      // [tokens, heads · total]

    public Matrix Attention { get; } = Of(7);                   // [tokens, heads · total]

    public Matrix AttendedValues { get; } = Of(8);              // [tokens, channels]

    public Matrix AttentionOutput { get; } = Of(9);             // [tokens, channels]

    public Matrix Residual1 { get; } = Of(10);                  // [tokens, channels]

    public Matrix Ln2Normalised { get; } = Of(11);              // [tokens, channels]

    public Matrix Ln2Scaled { get; } = Of(12);                  // [tokens, channels]

    public Matrix MlpHidden { get; } = Of(13);                  // [tokens, hidden]

    public Matrix Gelu { get; } = Of(14);                       // [tokens, hidden]

    public Matrix MlpOutput { get; } = Of(15);                  // [tokens, channels]

    public Matrix Residual2 { get; } = Of(16);                  // [tokens, channels]

    /// <summary>The matrices that a step writes: three for step 5, one for every other.</summary>
    public IReadOnlyList<Matrix> MatricesOf(int step) => step switch
    {
        1 => [Input],
        2 => [Ln1Normalised],
        3 => [Ln1Scaled],
        4 => [Qkv],
        5 => [Queries, Keys, Values],
        6 => [Scores],
        7 => [Attention],
        8 => [AttendedValues],
        9 => [AttentionOutput],
        10 => [Residual1],
        11 => [Ln2Normalised],
        12 => [Ln2Scaled],
        13 => [MlpHidden],
        14 => [Gelu],
        15 => [MlpOutput],
        16 => [Residual2],
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, $"there are the steps 1 to {BlockStep.Count}"),
    };

    public override string ToString() =>
        Step == 0 ? $"h{Block}: not yet computed" : $"h{Block}: {Input.Rows} tokens, {BlockStep.Label(Step)} begun last";

    internal void BeginBlock(int block, int sequences)
    {
        Block = block;
        Sequences = sequences;
        Step = 0;
    }

    /// <summary>Notes which step begins, and stops the debugger if this is the step asked for.</summary>
    [DebuggerHidden]
    internal void Begin(int step)
    {
        Step = step;
        if (Breakpoint is not null && Breakpoint.Block == Block && Breakpoint.Step == step)
        {
            Breakpoint.Hit();
        }
    }

    private static Matrix Of(int step) => new(BlockStep.Label(step));
}
