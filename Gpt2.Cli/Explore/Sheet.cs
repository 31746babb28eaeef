// A sheet is one matrix under a name, with what its rows and columns are.

using System.Numerics.Tensors;
using Gpt2.Core.Explaining;
using Gpt2.Core.Numerics;

namespace Gpt2.Cli.Explore;

/// <summary>What the rows or columns of a sheet are.</summary>
internal enum SheetAxis
{
    /// <summary>The tokens of the prompt.</summary>
    Tokens,

    /// <summary>Positions in the context.</summary>
    Positions,

    /// <summary>The tokens of the vocabulary.</summary>
    Vocabulary,

    /// <summary>Channels of the residual stream.</summary>
    Channels,

    /// <summary>Channels of the heads, side by side.</summary>
    HeadChannels,

    /// <summary>Channels of the heads' queries, then keys, then values.</summary>
    Qkv,

    /// <summary>Neurons of the feed-forward layer.</summary>
    Neurons,

    /// <summary>For each head, the tokens of the prompt.</summary>
    HeadsAndTokens,

    /// <summary>There is only one.</summary>
    Single,
}

/// <summary>A sheet.</summary>
/// <param name="Name">How it is called in addresses and in the name box: h0.step7, model_wte.</param>
/// <param name="Key">What it is in the model.</param>
/// <param name="RowAxis">What its rows are.</param>
/// <param name="ColumnAxis">What its columns are.</param>
/// <param name="Matrix">The numbers, which are read in place.</param>
internal sealed record Sheet(string Name, SheetKey Key, SheetAxis RowAxis, SheetAxis ColumnAxis, Matrix Matrix)
{
    /// <summary>The token of row 0: not the first if only the last rows were computed.</summary>
    public int FirstToken { get; init; }

    /// <summary>What a matrix of the pass is; null for a weight.</summary>
    public MatrixDescription? Description { get; init; }

    /// <summary>The numbers without the edits; the same matrix if the edits cannot have reached it.</summary>
    public Matrix Before { get; init; } = Matrix;

    /// <summary>Whether an edit may concern it: weights, embeddings, and the steps of the blocks.</summary>
    public bool CanBeChanged => Key.IsWeight || Key.Block is not null || Key.Matrix is "token_embeddings" or "position_embeddings";

    /// <summary>How far the number that moved most has moved; NaN if one became NaN.</summary>
    public float Moved()
    {
        float most = 0;
        for (int row = 0; row < Matrix.Rows && !ReferenceEquals(Matrix, Before); row++)
        {
            ReadOnlySpan<float> after = Matrix.Row(row), before = Before.Row(row);
            for (int column = 0; column < after.Length; column++)
            {
                // Equal infinities have not moved, though their difference is NaN.
                most = MathF.Max(most, after[column] == before[column] ? 0 : MathF.Abs(after[column] - before[column]));
            }
        }

        return most;
    }

    /// <summary>Copies a part of a row in one of its versions.</summary>
    public void Read(SheetVersion version, int row, int column, Span<float> destination)
    {
        ReadOnlySpan<float> after = Matrix.Row(row).Slice(column, destination.Length), before = Before.Row(row).Slice(column, destination.Length);
        if (version == SheetVersion.Difference)
        {
            TensorPrimitives.Subtract(after, before, destination);
        }
        else
        {
            (version == SheetVersion.Before ? before : after).CopyTo(destination);
        }
    }
}

/// <summary>Which numbers of a sheet are looked at.</summary>
internal enum SheetVersion
{
    /// <summary>Those with the edits, if there are any.</summary>
    After,

    /// <summary>Those without.</summary>
    Before,

    /// <summary>After − before.</summary>
    Difference,
}

/// <summary>What a sheet is in the model.</summary>
/// <param name="Matrix">The matrix's name: token_embeddings, step 7 attention, h0/attn/c_attn/w.</param>
/// <param name="IsWeight">Whether it is a weight; otherwise the pass computed it.</param>
/// <param name="Block">Its block, or null outside the blocks.</param>
/// <param name="Step">Its step, or null outside the steps.</param>
internal sealed record SheetKey(string Matrix, bool IsWeight, int? Block, int? Step);
