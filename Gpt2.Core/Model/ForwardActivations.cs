// Everything a forward pass computes: embeddings before the blocks, the steps of the blocks, the head after them.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>Which rows the language head computes.</summary>
public enum HeadRows
{
    /// <summary>The last token's of each sequence only: all that a prediction needs.</summary>
    Last,

    /// <summary>Every token's.</summary>
    All,
}

/// <summary>The matrices of a forward pass, made once and used for as many passes as wanted.</summary>
public sealed class ForwardActivations
{
    private readonly BlockActivations[] blocks;

    /// <param name="config">The model's sizes.</param>
    /// <param name="keepEveryBlock">Whether every block has matrices of its own, or all use the same.</param>
    /// <param name="headRows">Which rows the head computes.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <param name="sequences">How many sequences of equal length a pass takes, one after another.</param>
    /// <param name="dropout">What training drops; null elsewhere.</param>
    public ForwardActivations(
        Gpt2Config config, bool keepEveryBlock = false, HeadRows headRows = HeadRows.Last, StepBreakpoint? breakpoint = null,
        int sequences = 1, Dropout? dropout = null)
    {
        HeadRows = headRows;
        Sequences = sequences;
        Dropout = dropout;
        blocks = new BlockActivations[keepEveryBlock ? config.Layers : 1];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = new BlockActivations(breakpoint, dropout);
        }
    }

    public HeadRows HeadRows { get; }

    /// <summary>How many sequences of equal length the rows are, one after another; 1 but in training and of beams.</summary>
    public int Sequences
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    /// <summary>What training drops; null elsewhere.</summary>
    public Dropout? Dropout { get; }

    /// <summary>What was dropped of the position embeddings.</summary>
    public Matrix EmbeddingMask { get; } = new("embedding mask");               // [tokens, channels]

    /// <summary>Rows of wte.</summary>
    public Matrix TokenEmbeddings { get; } = new("token_embeddings");           // [tokens, channels]

    /// <summary>Those plus rows of wpe.</summary>
    public Matrix PositionEmbeddings { get; } = new("position_embeddings");     // [tokens, channels]

    /// <summary>Rows of the last block's step 16: the last, or all.</summary>
    public Matrix LastHiddenState { get; } = new("last_hidden_state");          // [head rows, channels]

    /// <summary>Those normalised.</summary>
    public Matrix LastLayerNorm { get; } = new("last_layernorm");               // [head rows, channels]

    /// <summary>Those × gain + bias.</summary>
    public Matrix PredictedEmbedding { get; } = new("predicted_embedding");     // [head rows, channels]

    /// <summary>One score per token of the vocabulary.</summary>
    public Matrix Logits { get; } = new("logits");                              // [head rows, vocabulary]

    /// <summary>Their softmax.</summary>
    public Matrix Probabilities { get; } = new("probabilities");                // [head rows, vocabulary]

    /// <summary>The steps of a block; the same object for every block unless each is kept.</summary>
    public BlockActivations Block(int block) => blocks[blocks.Length == 1 ? 0 : block];

    /// <summary>Whether every block has matrices of its own, so that all can be read after the pass.</summary>
    public bool KeepsEveryBlock(Gpt2Config config) => blocks.Length == config.Layers;
}
