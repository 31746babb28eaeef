// What one matrix of a forward pass is, in symbols and in words. The descriptions themselves are in MatrixTable, and how the numbers of
// a cell come about is in Origins.

using Gpt2.Core.Model;

namespace Gpt2.Core.Explaining;

/// <summary>What the columns of a matrix are.</summary>
public enum ColumnKind
{
    /// <summary>The channels of the residual stream.</summary>
    Channels,

    /// <summary>Queries, keys and values side by side, each divided among the heads.</summary>
    QueriesKeysValues,

    /// <summary>The channels of head 0, then those of head 1, and so on.</summary>
    HeadsAndChannels,

    /// <summary>A column per token for head 0, then a column per token for head 1, and so on.</summary>
    HeadsAndTokens,

    /// <summary>The units of the feed-forward layer.</summary>
    Hidden,

    /// <summary>The tokens of the vocabulary.</summary>
    Vocabulary,
}

/// <summary>What one matrix of a forward pass is: where it comes from, and why it is computed.</summary>
public sealed class MatrixDescription
{
    internal MatrixDescription(
        string name, int? block, int? step, string title, string formula, string words, string shape, ColumnKind columns,
        CellOperation operation, string method, params string[] sources)
    {
        Name = name;
        Block = block;
        Step = step;
        Title = title;
        Formula = formula;
        Words = words;
        Shape = shape;
        Columns = columns;
        Operation = operation;
        Method = method;
        Sources = sources;
    }

    /// <summary>The name by which its cells are addressed: h0.step7, h0.step5.queries, token_embeddings.</summary>
    public string Name { get; }

    /// <summary>Its block, from 0; null before and after the blocks.</summary>
    public int? Block { get; }

    /// <summary>Its step, from 1; null before and after the blocks.</summary>
    public int? Step { get; }

    /// <summary>Its name in words: "attention", "ln_1 normalised".</summary>
    public string Title { get; }

    /// <summary>How it is computed, in symbols, with the names of its sources.</summary>
    public string Formula { get; }

    /// <summary>What is computed and what it is good for, in one sentence.</summary>
    public string Words { get; }

    /// <summary>Its shape in words: "[tokens, heads · total]". Total is the number of tokens that can be seen, here all of them.</summary>
    public string Shape { get; }

    /// <summary>What its columns are.</summary>
    public ColumnKind Columns { get; }

    /// <summary>
    /// The matrices it is computed from: those of the pass by <see cref="Name"/>, weights by their file in a CSV folder, without the
    /// extension.
    /// </summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>The method that computes it: "TransformerBlock.Step7Attention".</summary>
    public string Method { get; }

    /// <summary>Whether it follows the blocks, so that a trace may have its last row only.</summary>
    public bool IsAfterBlocks { get; init; }

    /// <summary>How each of its cells is made from cells of its sources; masked cells aside.</summary>
    public CellOperation Operation { get; }

    /// <summary>Of a copy, the column of the source with which it begins.</summary>
    public int FirstSourceColumn { get; init; }

    /// <summary>The descriptions of every matrix of a model's forward pass, in the order in which they are computed.</summary>
    /// <param name="config">The model's sizes.</param>
    public static IReadOnlyList<MatrixDescription> AllOf(Gpt2Config config) => [.. MatrixTable.Of(config)];

    public override string ToString() => $"{Name} {Shape}, {Title}";
}
