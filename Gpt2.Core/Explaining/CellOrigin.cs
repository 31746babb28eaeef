// The origin of one number of a forward pass: the kind of operation, the cells it was computed from, and the same number computed from
// them again.

namespace Gpt2.Core.Explaining;

/// <summary>How the terms of a cell give the cell. Figures in double precision, from the float32 cells that the terms name.</summary>
public enum CellOperation
{
    /// <summary>The cell is the one term, a weight.</summary>
    LookUp,

    /// <summary>The cell is the one term, a cell of another matrix of the pass.</summary>
    Copy,

    /// <summary>The terms, two cells, are added.</summary>
    Sum,

    /// <summary>Each term is an input times a weight, and the last one is the bias if there is one; they are added.</summary>
    DotProduct,

    /// <summary>Each term is a channel of a query times the same channel of a key, over √(head size), or
    /// what the model has instead; they are added.</summary>
    ScaledDotProduct,

    /// <summary>Each term is a visible token's share times its value; they are added.</summary>
    WeightedSum,

    /// <summary>
    /// (x − mean) / √(variance + ε), with the population variance. The terms are the cells of the row. The contribution of the cell itself
    /// is x · (1 − 1/n) / √(variance + ε), since it is also a part of the mean, and that of every other cell −x / (n · √(variance + ε)):
    /// together they are the result. A term's share is its part of the variance.
    /// </summary>
    Normalisation,

    /// <summary>The first term is the cell times the gain, the second the bias; they are added.</summary>
    Scaling,

    /// <summary>
    /// The terms are the cells of the row that are seen, each with contribution e^(cell − max). The result is the share of the term in the
    /// result's own column, the shares adding up to 1.
    /// </summary>
    Softmax,

    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) of the one term, or the activation function that the model has instead.</summary>
    Gelu,

    /// <summary>The column's token comes after the row's, which must not see it. There are no terms.</summary>
    Mask,
}

/// <summary>A number with its place. In matrices of the pass a row is a token's position in the prompt, in weights a row of the file.</summary>
/// <param name="Matrix">The name of the matrix, as in <see cref="MatrixDescription.Sources"/>.</param>
/// <param name="Row">The row, from 0.</param>
/// <param name="Column">The column, from 0.</param>
/// <param name="Value">The number.</param>
public readonly record struct MatrixCell(string Matrix, int Row, int Column, float Value)
{
    /// <summary>The cell's address: "h0.step7[5, 0]".</summary>
    public string Address => CellAddress.Written(Matrix, Row, Column);
}

/// <summary>One of the cells that a number was computed from.</summary>
/// <param name="Source">The cell; of a product the first factor.</param>
/// <param name="Factor">What it was multiplied by: a weight, or a key or value in attention; null for nothing.</param>
/// <param name="Contribution">What it adds to the result, see <see cref="CellOperation"/>.</param>
/// <param name="Share">Its part, from 0 to 1, of a softmax or of a variance; null elsewhere.</param>
public readonly record struct OriginTerm(MatrixCell Source, MatrixCell? Factor, double Contribution, double? Share = null);

/// <summary>A number between the terms and the result.</summary>
/// <param name="Name">What it is: "mean", "√(head size)".</param>
/// <param name="Value">The number.</param>
public readonly record struct OriginFigure(string Name, double Value);

/// <summary>Where one number of a forward pass comes from.</summary>
public sealed class CellOrigin
{
    internal CellOrigin(
        MatrixDescription description, MatrixCell cell, CellOperation operation, IReadOnlyList<OriginTerm> terms,
        IReadOnlyList<OriginFigure> figures, string inNumbers)
    {
        Description = description;
        Cell = cell;
        Operation = operation;
        Terms = terms;
        Figures = figures;
        InNumbers = inNumbers;
    }

    /// <summary>What the cell's matrix is.</summary>
    public MatrixDescription Description { get; }

    /// <summary>The cell, with the value that the pass computed.</summary>
    public MatrixCell Cell { get; }

    /// <summary>How the terms give the cell.</summary>
    public CellOperation Operation { get; }

    /// <summary>What the cell was computed from, in the order of the columns; a bias comes last.</summary>
    public IReadOnlyList<OriginTerm> Terms { get; }

    /// <summary>
    /// Of a softmax or a normalisation, in which each term of the row has a result of its own, the term in the cell's column; elsewhere null.
    /// </summary>
    public OriginTerm? Own => Operation is CellOperation.Softmax or CellOperation.Normalisation ? OwnTerm : null;

    /// <summary>Numbers between the terms and the cell, such as mean and variance.</summary>
    public IReadOnlyList<OriginFigure> Figures { get; }

    /// <summary>The formula with the cell's own numbers, rounded; a long sum is abridged.</summary>
    public string InNumbers { get; }

    /// <summary>The cell computed from the terms in double precision; of a masked cell the number that the mask sets.</summary>
    public double Recomputed => Operation switch
    {
        CellOperation.Softmax => OwnTerm.Contribution / Terms.Sum(term => term.Contribution),
        CellOperation.Normalisation => (OwnTerm.Source.Value - Figures[0].Value) / Figures[2].Value, // mean, √(variance + ε)
        CellOperation.Mask => Figures[0].Value,
        _ => Terms.Sum(term => term.Contribution),
    };

    /// <summary>
    /// What rounding errors are measured by: the sum of the contributions' magnitudes; of a softmax the result itself, and of GELU the
    /// magnitude of its input. A pass in float32 gives <see cref="Recomputed"/> up to a hundred-thousandth of this.
    /// </summary>
    public double Magnitude => Operation switch
    {
        CellOperation.Softmax => Math.Abs(Recomputed),
        CellOperation.Gelu => Math.Abs(Terms[0].Source.Value),
        _ => Terms.Sum(term => Math.Abs(term.Contribution)),
    };

    /// <summary>The terms by the magnitude of their contributions, largest first; equal ones in their order.</summary>
    public IEnumerable<OriginTerm> LargestFirst() => Terms.OrderByDescending(term => Math.Abs(term.Contribution));

    public override string ToString() => $"{Cell.Address} = {InNumbers}";

    private OriginTerm OwnTerm => Terms.First(term => term.Source.Column == Cell.Column);
}
