// Some rows of wte with a low-rank change to them: how an adapter trains the tokens that it adds. The rows are read twice in a
// pass, as embeddings of these tokens and in the tied language head, and both see the change.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model.Layers;

/// <summary>The change of rows of wte: row first + i gets scale · B · (column i of A).</summary>
/// <param name="First">The first row that is changed.</param>
/// <param name="Update">A [rank, changed rows] and B [channels, rank].</param>
internal sealed record RowUpdate(int First, LowRankUpdate Update)
{
    /// <summary>Number of rows that are changed.</summary>
    public int Count => Update.A.Columns;

    /// <summary>Whether the row of a token is among them.</summary>
    public bool Has(int id) => id >= First && id - First < Count;

    /// <summary>Throws unless the rows exist and A and B fit them.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public void Require(int vocabulary, int channels)
    {
        Shape.Require(Update.A, Update.Rank, Count);
        Shape.Require(Update.B, channels, Update.Rank);
        if (First < 0 || First + Count > vocabulary)
        {
            throw new ArgumentException($"rows {First} to {First + Count - 1} of {vocabulary} cannot be adapted");
        }
    }
}

/// <summary>An embedding table of which some rows are changed.</summary>
internal sealed class AdaptedEmbedding : EmbeddingTable
{
    /// <exception cref="ArgumentException">The update does not fit the table.</exception>
    public AdaptedEmbedding(EmbeddingTable adapted, RowUpdate rows)
    {
        rows.Require(adapted.Vocabulary, adapted.Channels);
        Adapted = adapted;
        Rows = rows;
    }

    public EmbeddingTable Adapted { get; }

    public RowUpdate Rows { get; }

    public override int Vocabulary => Adapted.Vocabulary;

    public override int Channels => Adapted.Channels;

    public override void CopyRow(int id, Span<float> destination)
    {
        Adapted.CopyRow(id, destination);
        if (!Rows.Has(id))
        {
            return;
        }

        (Matrix a, Matrix b, float scale) = Rows.Update;
        for (int channel = 0; channel < destination.Length; channel++)
        {
            float sum = 0;
            for (int k = 0; k < b.Columns; k++)
            {
                sum += b[channel, k] * a[k, id - Rows.First];
            }

            destination[channel] += scale * sum;
        }
    }
}

/// <summary>
/// The tied head over the same rows: the logits of the changed tokens get (scale · x · B) · A, those of the others nothing.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AdaptedHead : LinearMap
{
    // Of the thread, since any number of threads may run the same model.
    [ThreadStatic]
    private static Matrix? changeOfThread; // the change of the logits, [tokens, changed rows]

    [ThreadStatic]
    private static Matrix? projectedOfThread; // [tokens, rank]

    /// <exception cref="ArgumentException">The update does not fit the head.</exception>
    public AdaptedHead(LinearMap adapted, RowUpdate rows)
    {
        rows.Require(adapted.Outputs, adapted.Inputs);
        Adapted = adapted;
        Rows = rows;
    }

    public LinearMap Adapted { get; }

    public RowUpdate Rows { get; }

    public override int Inputs => Adapted.Inputs;

    public override int Outputs => Adapted.Outputs;

    /// <summary>projected = scale · x · B</summary>
    /// <param name="input">x, [tokens, channels]</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="projected">Receives [tokens, rank].</param>
    public void Project(Matrix input, KernelSet kernels, Matrix projected)
    {
        (_, Matrix b, float scale) = Rows.Update;
        projected.Resize(input.Rows, b.Columns);
        kernels.MatMul.Multiply(input.Span, b.Span, [], b.Rows, b.Columns, projected.Span);
        AdaptedLinear.Multiply(projected, scale);
    }

    public override string ToString() => $"[{Inputs}, {Outputs}], {Rows.Count} outputs adapted by {Rows.Update.A}";

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output)
    {
        Adapted.Forward(input, kernels, output);                                                                // [tokens, vocabulary]
        Matrix projected = projectedOfThread ??= new Matrix("adapter's projected input of the head");
        Project(input, kernels, projected);                                                                     // [tokens, rank]
        Matrix change = changeOfThread ??= new Matrix("adapter's change of logits");
        change.Resize(input.Rows, Rows.Count);
        kernels.MatMul.Multiply(projected.Span, Rows.Update.A.Span, [], Rows.Update.Rank, Rows.Count, change.Span);
        for (int row = 0; row < input.Rows; row++)
        {
            Span<float> changed = output.Row(row).Slice(Rows.First, Rows.Count);
            kernels.Add.Apply(changed, change.Row(row), changed);                                               // [changed rows]
        }
    }
}
