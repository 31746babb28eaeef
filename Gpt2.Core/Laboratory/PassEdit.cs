// The changes that an experiment makes to a pass, each small enough to be undone on its own and to be written down as a line of JSON.
// EditedPass runs a pass with them; EditFile reads and writes them.

using System.Text.Json.Serialization;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using static System.FormattableString;

namespace Gpt2.Core.Laboratory;

/// <summary>
/// One change of a matrix: of a weight, by the name of its file without the extension (model_h0_mlp_c_fc_w), or of a matrix of the
/// pass up to the last block (position_embeddings, h0.step7, h0.step5.queries). A matrix of the pass is changed when it has been
/// computed and before anything reads it, so everything after it follows. Rows of the pass are the prompt's tokens.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "edit")]
[JsonDerivedType(typeof(SetCell), "set_cell")]
[JsonDerivedType(typeof(FillRow), "fill_row")]
[JsonDerivedType(typeof(ScaleRow), "scale_row")]
[JsonDerivedType(typeof(SwapRows), "swap_rows")]
[JsonDerivedType(typeof(SilenceHead), "silence_head")]
[JsonDerivedType(typeof(SilenceNeuron), "silence_neuron")]
[JsonDerivedType(typeof(SilencePosition), "silence_position")]
public abstract record PassEdit
{
    private protected PassEdit()
    {
    }

    /// <summary>The name of the matrix that is changed.</summary>
    [JsonIgnore] // and so must each override, which does not inherit it
    public abstract string Target { get; }

    /// <summary>Makes the change; the matrix has been checked.</summary>
    internal abstract void Apply(Matrix matrix, Gpt2Config config);

    /// <summary>Says what the matrix lacks; null if the change is possible.</summary>
    internal abstract string? Problem(Matrix matrix, Gpt2Config config);

    private protected static string? NoRow(Matrix matrix, params ReadOnlySpan<int> rows)
    {
        foreach (int row in rows)
        {
            if (row < 0 || row >= matrix.Rows)
            {
                return Invariant($"there is no row {row}, expected 0 to {matrix.Rows - 1}");
            }
        }

        return null;
    }

    private protected static string? NoPart(string what, int index, int count) =>
        index < 0 || index >= count ? Invariant($"there is no {what} {index}, expected 0 to {count - 1}") : null;

    private protected static string? NotFinite(float number) =>
        float.IsFinite(number) ? null : Invariant($"the number is {number}, expected a finite one");
}

/// <summary>Sets one number.</summary>
/// <param name="Matrix">The name of the matrix.</param>
/// <param name="Row">The row.</param>
/// <param name="Column">The column.</param>
/// <param name="Value">The number.</param>
public sealed record SetCell(string Matrix, int Row, int Column, float Value) : PassEdit
{
    [JsonIgnore]
    public override string Target => Matrix;

    public override string ToString() => Invariant($"{Matrix}[{Row},{Column}] = {Value}");

    internal override void Apply(Matrix matrix, Gpt2Config config) => matrix[Row, Column] = Value;

    internal override string? Problem(Matrix matrix, Gpt2Config config) =>
        NoRow(matrix, Row) ?? NoPart("column", Column, matrix.Columns) ?? NotFinite(Value);
}

/// <summary>Overwrites a row with one number.</summary>
/// <param name="Matrix">The name of the matrix.</param>
/// <param name="Row">The row.</param>
/// <param name="Value">The number.</param>
public sealed record FillRow(string Matrix, int Row, float Value) : PassEdit
{
    [JsonIgnore]
    public override string Target => Matrix;

    public override string ToString() => Invariant($"{Matrix}[{Row}] = {Value} in every column");

    internal override void Apply(Matrix matrix, Gpt2Config config) => matrix.Row(Row).Fill(Value);

    internal override string? Problem(Matrix matrix, Gpt2Config config) => NoRow(matrix, Row) ?? NotFinite(Value);
}

/// <summary>Multiplies a row by a number.</summary>
/// <param name="Matrix">The name of the matrix.</param>
/// <param name="Row">The row.</param>
/// <param name="Factor">The number.</param>
public sealed record ScaleRow(string Matrix, int Row, float Factor) : PassEdit
{
    [JsonIgnore]
    public override string Target => Matrix;

    public override string ToString() => Invariant($"{Matrix}[{Row}] × {Factor}");

    internal override void Apply(Matrix matrix, Gpt2Config config)
    {
        foreach (ref float number in matrix.Row(Row))
        {
            number *= Factor;
        }
    }

    internal override string? Problem(Matrix matrix, Gpt2Config config) => NoRow(matrix, Row) ?? NotFinite(Factor);
}

/// <summary>Exchanges two rows.</summary>
/// <param name="Matrix">The name of the matrix.</param>
/// <param name="Row">One row.</param>
/// <param name="Other">The other row.</param>
public sealed record SwapRows(string Matrix, int Row, int Other) : PassEdit
{
    [JsonIgnore]
    public override string Target => Matrix;

    public override string ToString() => Invariant($"{Matrix}: rows {Row} and {Other} exchanged");

    internal override void Apply(Matrix matrix, Gpt2Config config)
    {
        Span<float> row = matrix.Row(Row), other = matrix.Row(Other);
        for (int column = 0; column < row.Length; column++)
        {
            (row[column], other[column]) = (other[column], row[column]);
        }
    }

    internal override string? Problem(Matrix matrix, Gpt2Config config) => NoRow(matrix, Row, Other);
}

/// <summary>Takes a head out of a block: what it has attended to, its columns of step 8, becomes 0.</summary>
/// <param name="Block">The block.</param>
/// <param name="Head">The head.</param>
public sealed record SilenceHead(int Block, int Head) : PassEdit
{
    [JsonIgnore]
    public override string Target => Invariant($"h{Block}.step8");

    public override string ToString() => Invariant($"head {Head} of h{Block} silenced");

    internal override void Apply(Matrix matrix, Gpt2Config config)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            matrix.Row(row).Slice(Head * config.HeadSize, config.HeadSize).Clear();
        }
    }

    internal override string? Problem(Matrix matrix, Gpt2Config config) => NoPart("head", Head, config.Heads);
}

/// <summary>Takes a neuron out of a block: its column of step 14 becomes 0.</summary>
/// <param name="Block">The block.</param>
/// <param name="Neuron">The neuron.</param>
public sealed record SilenceNeuron(int Block, int Neuron) : PassEdit
{
    [JsonIgnore]
    public override string Target => Invariant($"h{Block}.step14");

    public override string ToString() => Invariant($"neuron {Neuron} of h{Block} silenced");

    internal override void Apply(Matrix matrix, Gpt2Config config)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            matrix[row, Neuron] = 0;
        }
    }

    internal override string? Problem(Matrix matrix, Gpt2Config config) => NoPart("neuron", Neuron, matrix.Columns);
}

/// <summary>Takes away what tells a token its position: a row of wpe becomes 0, or all rows.</summary>
/// <param name="Position">The position; null for all.</param>
public sealed record SilencePosition(int? Position = null) : PassEdit
{
    [JsonIgnore]
    public override string Target => "model_wpe";

    public override string ToString() => Position is int one ? Invariant($"position {one} silenced") : "all positions silenced";

    internal override void Apply(Matrix matrix, Gpt2Config config) =>
        (Position is int one ? matrix.Row(one) : matrix.Span).Clear();

    internal override string? Problem(Matrix matrix, Gpt2Config config) => Position is int one ? NoPart("position", one, matrix.Rows) : null;
}
