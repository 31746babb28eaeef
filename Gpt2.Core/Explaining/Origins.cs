// How a cell of each kind of matrix comes about: one function per kind of operation, from the cell's place to its terms. Which matrix
// has which operation, and in which order its sources are, is in MatrixTable.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.Activation;
using Gpt2.Kernels.Attention;
using static System.FormattableString;

namespace Gpt2.Core.Explaining;

/// <summary>A matrix whose rows may begin later than with row 0, as of a trace that has only the last token's.</summary>
internal sealed record SourceMatrix(string Name, Matrix Numbers, int FirstRow)
{
    public MatrixCell Cell(int row, int column) => new(Name, row, column, Numbers[row - FirstRow, column]);
}

/// <summary>The cell whose origin is asked for, and what it can come from.</summary>
internal sealed record CellContext(
    MatrixDescription Description, MatrixCell Cell, Gpt2Config Config, IReadOnlyList<int> Ids, IReadOnlyList<SourceMatrix> Sources)
{
    public int Row => Cell.Row;

    public int Column => Cell.Column;

    /// <summary>The tokens that attention sees in all; there is no cache.</summary>
    public int Total => Ids.Count;

    /// <summary>The bias, if the matrix has one.</summary>
    public SourceMatrix? Bias => Sources.Count > 2 ? Sources[2] : null;

    public CellOrigin Origin(CellOperation operation, IReadOnlyList<OriginTerm> terms, string inNumbers, params OriginFigure[] figures) =>
        new(Description, Cell, operation, terms, figures, inNumbers);
}

/// <summary>The functions.</summary>
internal static class Origins
{
    /// <summary>The origin of a cell by its matrix's operation.</summary>
    public static CellOrigin Of(CellContext c) => c.Description.Operation switch
    {
        CellOperation.LookUp => LookUp(c),
        CellOperation.Copy => Copy(c),
        CellOperation.Sum => Sum(c),
        CellOperation.Normalisation => Normalised(c),
        CellOperation.Scaling => Scaled(c),
        CellOperation.DotProduct => c.Description.Columns == ColumnKind.Vocabulary ? DotProductWithRows(c) : DotProduct(c),
        CellOperation.ScaledDotProduct => Score(c),
        CellOperation.Softmax => c.Description.Columns == ColumnKind.Vocabulary ? Probability(c) : Attention(c),
        CellOperation.WeightedSum => AttendedValue(c),
        CellOperation.Gelu => Gelu(c),
        _ => throw new ArgumentOutOfRangeException(nameof(c), c.Description.Operation, "expected an operation that makes a whole matrix"),
    };

    /// <summary>Sources: wte. The row is the token's id.</summary>
    private static CellOrigin LookUp(CellContext c) => One(c, CellOperation.LookUp, c.Sources[0].Cell(c.Ids[c.Row], c.Column));

    /// <summary>Sources: the matrix whose columns are copied.</summary>
    private static CellOrigin Copy(CellContext c) =>
        One(c, CellOperation.Copy, c.Sources[0].Cell(c.Row, c.Description.FirstSourceColumn + c.Column));

    /// <summary>Sources: the two matrices added.</summary>
    private static CellOrigin Sum(CellContext c)
    {
        OriginTerm[] terms = [.. c.Sources.Select(source => Alone(source.Cell(c.Row, c.Column)))];
        return c.Origin(CellOperation.Sum, terms, $"{Shown(terms[0].Contribution)} + {Factor(terms[1].Contribution)}");
    }

    /// <summary>Sources: the matrix whose rows are normalised.</summary>
    private static CellOrigin Normalised(CellContext c)
    {
        SourceMatrix source = c.Sources[0];
        int channels = c.Config.Channels;
        MatrixCell[] row = [.. Enumerable.Range(0, channels).Select(channel => source.Cell(c.Row, channel))];
        double mean = row.Average(cell => (double)cell.Value);
        double variance = row.Average(cell => Squared(cell.Value - mean));
        double deviation = Math.Sqrt(variance + c.Config.LayerNormEpsilon);
        double own = row[c.Column].Value;

        OriginTerm Term(MatrixCell cell)
        {
            double weight = (cell.Column == c.Column ? 1 : 0) - (1.0 / channels);
            double share = variance > 0 ? Squared(cell.Value - mean) / (channels * variance) : 0;
            return new OriginTerm(cell, null, weight * cell.Value / deviation, share);
        }

        return c.Origin(
            CellOperation.Normalisation, [.. row.Select(Term)],
            $"({Shown(own)} − {Factor(mean)}) / √({Shown(variance)} + {VariantFormulas.Epsilon(c.Config)})",
            new OriginFigure("mean", mean), new OriginFigure("variance", variance), new OriginFigure("√(variance + ε)", deviation));
    }

    /// <summary>Sources: the normalised matrix, gain, bias.</summary>
    private static CellOrigin Scaled(CellContext c)
    {
        OriginTerm scaled = Product(c.Sources[0].Cell(c.Row, c.Column), c.Sources[1].Cell(0, c.Column));
        OriginTerm bias = Alone(c.Bias!.Cell(0, c.Column));
        return c.Origin(
            CellOperation.Scaling, [scaled, bias],
            $"{Shown(scaled.Source.Value)} × {Factor(scaled.Factor!.Value.Value)} + {Factor(bias.Contribution)}");
    }

    /// <summary>Sources: the input, weights [inputs, outputs], and the bias if there is one.</summary>
    private static CellOrigin DotProduct(CellContext c) => Products(
        c, CellOperation.DotProduct, c.Sources[0].Numbers.Columns, k => Product(c.Sources[0].Cell(c.Row, k), c.Sources[1].Cell(k, c.Column)));

    /// <summary>Sources: the input, weights [outputs, inputs].</summary>
    private static CellOrigin DotProductWithRows(CellContext c) => Products(
        c, CellOperation.DotProduct, c.Sources[0].Numbers.Columns, k => Product(c.Sources[0].Cell(c.Row, k), c.Sources[1].Cell(c.Column, k)));

    /// <summary>Sources: queries, keys.</summary>
    private static CellOrigin Score(CellContext c)
    {
        (int head, int token) = Math.DivRem(c.Column, c.Total);
        if (token > c.Row)
        {
            return Masked(c, token, AttentionKernel.MaskedScore);
        }

        int size = c.Config.HeadSize, first = head * size;
        double divisor = c.Config.ScoreDivisor(c.Description.Block ?? 0);
        OriginTerm[] terms =
        [
            .. Enumerable.Range(first, size).Select(k => Product(c.Sources[0].Cell(c.Row, k), c.Sources[1].Cell(token, k), divisor)),
        ];
        double product = divisor * terms.Sum(term => term.Contribution);
        return VariantFormulas.ScoreDivisor(c.Config, c.Description.Block ?? 0) is string name
            ? c.Origin(CellOperation.ScaledDotProduct, terms, $"{Shown(product)} / {Shown(divisor)}", new OriginFigure(name, divisor))
            : c.Origin(CellOperation.ScaledDotProduct, terms, Shown(product));
    }

    /// <summary>Sources: scores. What a row sees are the tokens up to its own.</summary>
    private static CellOrigin Attention(CellContext c)
    {
        (int head, int token) = Math.DivRem(c.Column, c.Total);
        return token > c.Row ? Masked(c, token, 0) : Softmax(c, head * c.Total, c.Row + 1);
    }

    /// <summary>Sources: logits.</summary>
    private static CellOrigin Probability(CellContext c) => Softmax(c, first: 0, c.Config.Vocabulary);

    /// <summary>Sources: attention, values.</summary>
    private static CellOrigin AttendedValue(CellContext c)
    {
        int head = c.Column / c.Config.HeadSize;
        return Products(
            c, CellOperation.WeightedSum, c.Row + 1,
            token => Product(c.Sources[0].Cell(c.Row, (head * c.Total) + token), c.Sources[1].Cell(token, c.Column)));
    }

    /// <summary>Sources: the matrix that the activation function is applied to.</summary>
    private static CellOrigin Gelu(CellContext c)
    {
        MatrixCell source = c.Sources[0].Cell(c.Row, c.Column);
        ActivationFunction function = c.Config.Activation;
        return c.Origin(
            CellOperation.Gelu, [new OriginTerm(source, null, ActivationFormulas.ValueOf(function, source.Value))],
            VariantFormulas.ActivationInNumbers(function, source.Value),
            ActivationFormulas.ShareOf(function, source.Value) is double share ? [new OriginFigure("share that passes", share)] : []);
    }

    private static CellOrigin One(CellContext c, CellOperation operation, MatrixCell source) =>
        c.Origin(operation, [Alone(source)], Shown(source.Value));

    private static CellOrigin Masked(CellContext c, int token, double value) => c.Origin(
        CellOperation.Mask, [], Invariant($"{Shown(value)}: token {token} comes after token {c.Row}, which must not see it"),
        new OriginFigure("masked", value));

    private static CellOrigin Products(
        CellContext c, CellOperation operation, int count, Func<int, OriginTerm> term)
    {
        var terms = new List<OriginTerm>(count + 1);
        for (int k = 0; k < count; k++)
        {
            terms.Add(term(k));
        }

        double products = terms.Sum(product => product.Contribution);
        string inNumbers = count == 1 ? Shown(products) : Invariant($"{Shown(products)} from {count} products");
        if (c.Bias is SourceMatrix bias)
        {
            terms.Add(Alone(bias.Cell(0, c.Column)));
            inNumbers += $" + {Factor(terms[^1].Contribution)} from the bias";
        }

        return c.Origin(operation, terms, inNumbers);
    }

    private static CellOrigin Softmax(CellContext c, int first, int count)
    {
        MatrixCell[] seen = [.. Enumerable.Range(first, count).Select(column => c.Sources[0].Cell(c.Row, column))];
        double max = seen.Max(cell => (double)cell.Value);
        double sum = seen.Sum(cell => Math.Exp(cell.Value - max));
        OriginTerm[] terms = [.. seen.Select(cell => new OriginTerm(cell, null, Math.Exp(cell.Value - max), Math.Exp(cell.Value - max) / sum))];
        return c.Origin(
            CellOperation.Softmax, terms, $"e^({Shown(terms[c.Column - first].Source.Value)} − {Factor(max)}) / {Shown(sum)}",
            new OriginFigure("max", max), new OriginFigure("Σ e^(x − max)", sum));
    }

    private static OriginTerm Alone(MatrixCell cell) => new(cell, null, cell.Value);

    private static OriginTerm Product(MatrixCell left, MatrixCell right, double divisor = 1) =>
        new(left, right, (double)left.Value * right.Value / divisor);

    private static double Squared(double x) => x * x;

    /// <summary>A number for a formula, with five significant digits.</summary>
    public static string Shown(double number) => number.ToString("G5", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>The same after another number: a negative one in parentheses.</summary>
    public static string Factor(double number) => number < 0 ? $"({Shown(number)})" : Shown(number);
}
