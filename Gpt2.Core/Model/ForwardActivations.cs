// Everything a forward pass computes: the embeddings, the steps of the blocks, and the head.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>Which rows the language head computes.</summary>
public enum HeadRows
{
    /// <summary>Only the last token of each sequence, which is all that a prediction needs.</summary>
    Last,

    /// <summary>Every token.</summary>
    All,
}

/// <summary>The matrices of a forward pass, allocated once and used for any number of passes.</summary>
public sealed class ForwardActivations
{
    private readonly BlockActivations[] blocks;

    /// <param name="config">The model's sizes.</param>
    /// <param name="keepEveryBlock">
    /// Whether every block has its own matrices; otherwise all blocks use the same.
    /// </param>
    /// <param name="headRows">Which rows the head computes.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <param name="sequences">Number of sequences of equal length in a pass, one after another.</param>
    /// <param name="dropout">The dropout of training; null elsewhere.</param>
    public ForwardActivations(
        Gpt2Config config, bool keepEveryBlock = false, HeadRows headRows = HeadRows.Last, StepBreakpoint? breakpoint = null,
        int sequences = 1, Dropout? dropout = null)
    {
        HeadRows = headRows;
        Sequences = sequences;
        Dropout = dropout;
        Labels = breakpoint?.Labels;
        blocks = new BlockActivations[keepEveryBlock ? config.Layers : 1];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = new BlockActivations(breakpoint, dropout);
        }
    }

    /// <summary>
    /// The activations of a pass that differs from another one from a block on: the blocks before are those of the other pass.
    /// </summary>
    /// <param name="other">The other pass, which keeps every block.</param>
    /// <param name="first">The first block that differs.</param>
    /// <param name="edits">What is changed.</param>
    internal ForwardActivations(ForwardActivations other, int first, PassEdits edits)
    {
        HeadRows = other.HeadRows;
        Sequences = other.Sequences;
        Edits = edits;
        Rows.DivideEqually(other.PositionEmbeddings.Rows, other.Sequences);
        TokenEmbeddings.CopyFrom(other.TokenEmbeddings);
        PositionEmbeddings.CopyFrom(other.PositionEmbeddings);
        blocks = new BlockActivations[other.blocks.Length];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = block < first ? other.blocks[block] : new BlockActivations(edits: edits);
        }
    }

    public HeadRows HeadRows { get; }

    /// <summary>
    /// The rows that the head computes, ascending, instead of those of <see cref="HeadRows"/>; null except in post-training,
    /// whose losses need few of them.
    /// </summary>
    internal int[]? ChosenRows { get; set; }

    /// <summary>Receives the tokens of a pass if a debugger is to show them.</summary>
    internal TokenLabels? Labels { get; }

    /// <summary>What is changed while the pass runs; usually nothing.</summary>
    internal PassEdits? Edits { get; }

    /// <summary>
    /// Number of sequences of equal length in the rows, one after another; 1 except in training and beam search.
    /// </summary>
    public int Sequences
    {
        get;
        internal set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    /// <summary>The rows of each sequence, which every pass sets.</summary>
    internal SequenceRows Rows { get; } = new();

    /// <summary>The dropout of training; null elsewhere.</summary>
    public Dropout? Dropout { get; }

    /// <summary>The dropout mask of the position embeddings.</summary>
    public Matrix EmbeddingMask { get; } = new("embedding mask");               // [tokens, channels]

    /// <summary>Rows of wte.</summary>
    public Matrix TokenEmbeddings { get; } = new("token_embeddings");           // [tokens, channels]

    /// <summary>Token embeddings plus rows of wpe.</summary>
    public Matrix PositionEmbeddings { get; } = new("position_embeddings");     // [tokens, channels]

    /// <summary>Rows of the last block's step 16: only the last, or all.</summary>
    public Matrix LastHiddenState { get; } = new("last_hidden_state");          // [head rows, channels]

    /// <summary>The last hidden state, normalised.</summary>
    public Matrix LastLayerNorm { get; } = new("last_layernorm");               // [head rows, channels]

    /// <summary>The last layer norm × gain + bias.</summary>
    public Matrix PredictedEmbedding { get; } = new("predicted_embedding");     // [head rows, channels]

    /// <summary>One score per token of the vocabulary.</summary>
    public Matrix Logits { get; } = new("logits");                              // [head rows, vocabulary]

    /// <summary>Softmax of the logits.</summary>
    public Matrix Probabilities { get; } = new("probabilities");                // [head rows, vocabulary]

    /// <summary>The steps of a block; the same object for every block unless each is kept.</summary>
    public BlockActivations Block(int block) => blocks[blocks.Length == 1 ? 0 : block];

    /// <summary>Whether every block has its own matrices, so that all can be read after the pass.</summary>
    internal bool KeepsEveryBlock(Gpt2Config config) => blocks.Length == config.Layers;
}
