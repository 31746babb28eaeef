// The central data structure: one named matrix per step of a block, none used twice. At the end of a block the debugger
// shows all sixteen, a trace writes them, and the backward pass reads them. What the steps themselves do not need to
// know is here too: which step has begun, where a debugger stops, what training drops, and what an edit changes.

using System.Diagnostics;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>
/// What a block computed. Rows are tokens. Inference uses one instance for all blocks; a trace keeps one per block.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
[DebuggerTypeProxy(typeof(BlockActivationsDebugView))]
public sealed class BlockActivations
{
    private readonly StepBreakpoint? breakpoint;
    private readonly BlockDropout? dropout;
    private readonly PassEdits? edits;
    private readonly EmptyPast emptyPast = new();
    private readonly List<Matrix> clearedAtBegin = [];

    internal BlockActivations(StepBreakpoint? breakpoint = null, Dropout? dropout = null, PassEdits? edits = null)
    {
        this.edits = edits;
        this.breakpoint = breakpoint;
        this.dropout = dropout is null ? null : new BlockDropout(dropout, Attention, AttentionOutput, MlpOutput);
        for (int step = 1; step <= BlockStep.Count; step++)
        {
            var watch = new StepWatch(this, step);
            foreach (Matrix matrix in MatricesOf(step))
            {
                matrix.Watch = watch;
                clearedAtBegin.Add(matrix);
            }
        }

        clearedAtBegin.Remove(Residual2);
    }

    /// <summary>The block that the matrices belong to, or are being computed for.</summary>
    public int Block { get; private set; }

    /// <summary>The step that began last; 0 before the first.</summary>
    public int Step { get; private set; }

    /// <summary>
    /// Number of sequences in the rows, one after another; 1 except in training, in beam search and when serving.
    /// </summary>
    public int Sequences { get; private set; } = 1;

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
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, $"expected a step from 1 to {BlockStep.Count}"),
    };

    public override string ToString() =>
        Input.Rows == 0 ? $"h{Block}: not yet computed" : $"h{Block}: {Input.Rows} tokens, {BlockStep.Label(Step)} begun last";

    /// <summary>
    /// Prepares the pass of a block: the contents of the matrices belong to another block and are discarded. (Only
    /// residual 2 stays until step 1 has copied it, since it may be the incoming stream.)
    /// </summary>
    /// <returns>The keys and values of the past: those in the cache, or none.</returns>
    internal BlockPast BeginBlock(int block, SequenceRows rows, KeyValueCache? cache)
    {
        Block = block;
        Sequences = rows.Count;
        Step = 0;
        foreach (Matrix matrix in clearedAtBegin)
        {
            matrix.Clear();
        }

        BlockPast past = cache is null ? emptyPast : cache.Block(block);
        past.Rows = rows;
        return past;
    }

    /// <summary>Completes the last step.</summary>
    internal void EndBlock() => StepEnds();

    /// <summary>
    /// What the next step reads of a step: the step itself, or in training a copy with some elements dropped.
    /// </summary>
    [DebuggerStepThrough]
    internal Matrix Dropout(Matrix step) => dropout is null ? step : dropout.Forward(step);

    /// <summary>The last result of <see cref="Dropout"/>.</summary>
    internal Matrix DropoutOf(Matrix step) => dropout is null ? step : dropout.KeptOf(step);

    /// <summary>Backward of <see cref="Dropout"/>.</summary>
    /// <param name="step">The step.</param>
    /// <param name="keptGradient">The gradient of the result of <see cref="Dropout"/>.</param>
    /// <param name="stepGradient">
    /// Receives the gradient of the step; without dropout it is the same matrix, and nothing is done.
    /// </param>
    internal void DropoutBackward(Matrix step, Matrix keptGradient, Matrix stepGradient) =>
        dropout?.Backward(step, keptGradient, stepGradient);

    /// <summary>Records which step begins, and stops the debugger if this is the step asked for.</summary>
    [DebuggerHidden]
    internal void StepBegins(int step)
    {
        if (step == Step)
        {
            return; // step 5 writes three matrices
        }

        StepEnds();
        Step = step;
        if (step == 2)
        {
            Residual2.Clear();
        }

        breakpoint?.Reached(Block, step);
    }

    /// <summary>Whatever edits there are change a step when the next one begins, before that reads it.</summary>
    private void StepEnds()
    {
        if (edits is not null && Step > 0)
        {
            foreach (Matrix matrix in MatricesOf(Step))
            {
                edits.Apply(Block, matrix);
            }
        }
    }

    /// <summary>The token of a row, for the debugger; null where none is to be shown.</summary>
    internal string? LabelOf(int row) => breakpoint?.Labels?.Of(row);

    private static Matrix Of(int step) => new(BlockStep.Label(step));
}

/// <summary>Tells the activations that one of their steps begins.</summary>
internal sealed class StepWatch(BlockActivations a, int step) : MatrixWatch
{
    [DebuggerHidden]
    public override void BeforeWriting() => a.StepBegins(step);

    public override string? LabelOf(int row) => a.LabelOf(row);
}
