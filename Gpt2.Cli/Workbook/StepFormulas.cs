// The formulas of a matrix of the pass, from its description: one short method for each operation. What a formula refers to are the ranges
// of the matrix's sources.

using System.Globalization;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Kernels.Attention;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes the formulas of tables. Rows are the tokens of the prompt; a row without a token stays empty.</summary>
/// <param name="plan">Where everything is.</param>
internal sealed class StepFormulas(WorkbookPlan plan)
{
    /// <summary>EXP of more than 709 is an error.</summary>
    private const string LargestExponent = "700";

    /// <summary>The formulas of a matrix, which together fill its table.</summary>
    public IEnumerable<FilledFormula> Of(MatrixDescription matrix)
    {
        var t = new Table(matrix, plan.RangeOf(matrix.Name), [.. matrix.Sources.Select(plan.RangeOf)]);
        return matrix.Operation switch
        {
            CellOperation.LookUp => OneFormula(t, $"INDEX({t.Column(0)},{t.From(plan.Ids.RowAt(0), Absolute.Column)}+1)"),
            CellOperation.Copy when matrix.IsAfterBlocks => OneFormula(t, $"INDEX({t.Column(0)},{WorkbookPlan.Count})"),
            CellOperation.Copy => OneFormula(t, t.From(t.Sources[0].Part(0, matrix.FirstSourceColumn))),
            CellOperation.Sum => OneFormula(t, $"{t.Cell(0)}+{t.Cell(1)}"),
            CellOperation.Normalisation => OneFormula(t, Normalisation(t, plan.Config.LayerNormEpsilon)),
            CellOperation.Scaling => OneFormula(t, $"{t.Cell(0)}*{t.Cell(1, Absolute.Row)}+{t.Cell(2, Absolute.Row)}"),
            CellOperation.DotProduct when matrix.Columns == ColumnKind.Vocabulary => Logits(t),
            CellOperation.DotProduct => OneFormula(t, Product(t)),
            CellOperation.ScaledDotProduct => Scores(t),
            CellOperation.Softmax when matrix.Columns == ColumnKind.Vocabulary => Probabilities(t),
            CellOperation.Softmax => Attention(t),
            CellOperation.WeightedSum => AttendedValues(t),
            CellOperation.Gelu => OneFormula(t, Activation(plan.Config.Activation, t.Cell(0))),
            _ => throw new ArgumentOutOfRangeException(nameof(matrix), matrix.Operation, "expected an operation that makes a whole matrix"),
        };
    }

    private static string Normalisation(Table t, float epsilon)
    {
        string row = t.Row(0);
        return $"({t.Cell(0)}-AVERAGE({row}))/SQRT(VARP({row})+{Number(epsilon)})";
    }

    private static string Product(Table t)
    {
        string product = $"MMULT({t.Row(0)},{t.Column(1)})";
        return t.Sources.Length > 2 ? $"{product}+{t.Cell(2, Absolute.Row)}" : product;
    }

    private static string Activation(ActivationFunction function, string x) => function switch
    {
        ActivationFunction.GeluErf => $"0.5*{x}*(1+ERF({x}/SQRT(2)))",
        ActivationFunction.QuickGelu => $"{x}/(1+EXP(MIN(-1.702*{x},{LargestExponent})))",
        ActivationFunction.Relu => $"MAX({x},0)",
        ActivationFunction.Silu => $"{x}/(1+EXP(MIN(-{x},{LargestExponent})))",
        ActivationFunction.Tanh => $"TANH({x})",
        _ => $"0.5*{x}*(1+TANH(SQRT(2/PI())*({x}+0.044715*{x}^3)))",
    };

    /// <summary>What the scores of a block are divided by, with the sign: /SQRT(32).</summary>
    private string DividedBy(int block)
    {
        Gpt2Config config = plan.Config;
        string root = config.ScaleAttention ? Invariant($"/SQRT({config.HeadSize})") : "";
        return config.ScaleAttentionByInverseLayer ? root + Invariant($"/{block + 1}") : root;
    }

    /// <summary>A column for each head and token: the formula for the tokens that see it, the mask for those before it.</summary>
    private IEnumerable<FilledFormula> Scores(Table t)
    {
        int size = plan.Config.HeadSize;
        string dividedBy = DividedBy(t.Matrix.Block ?? 0);
        for (int column = 0; column < t.Cells.Columns; column++)
        {
            (int head, int token) = Math.DivRem(column, plan.Length);
            string query = t.From(t.Sources[0].Part(token, head * size, 1, size), Absolute.Column);
            string key = t.From(t.Sources[1].Part(token, head * size, 1, size), Absolute.Both);
            yield return Table.Filled(t.Cells.Part(token, column, plan.Length - token), $"SUMPRODUCT({query},{key}){dividedBy}");
            if (token > 0)
            {
                yield return t.Masked(t.Cells.Part(0, column, token), Invariant($"{AttentionKernel.MaskedScore:0}"));
            }
        }
    }

    /// <summary>A row of a head: the formula for the tokens that the row sees, 0 for those after it.</summary>
    private IEnumerable<FilledFormula> Attention(Table t)
    {
        foreach ((int row, int first) in RowsOfHeads())
        {
            CellRange own = t.Sources[0].Part(row, first);
            string seen = t.From(own with { Columns = row + 1 }, Absolute.Column);
            yield return Table.Filled(
                t.Cells.Part(row, first, 1, row + 1), $"EXP({t.From(own)}-MAX({seen}))/SUMPRODUCT(EXP({seen}-MAX({seen})))");
            if (row + 1 < plan.Length)
            {
                yield return t.Masked(t.Cells.Part(row, first + row + 1, 1, plan.Length - row - 1), "0");
            }
        }
    }

    /// <summary>A row of a head: the attention of the row to the tokens it sees, times a column of their values.</summary>
    private IEnumerable<FilledFormula> AttendedValues(Table t)
    {
        int size = plan.Config.HeadSize;
        foreach ((int row, int first) in RowsOfHeads())
        {
            int channel = first / plan.Length * size;
            string attention = t.From(t.Sources[0].Part(row, first, 1, row + 1), Absolute.Column);
            string values = t.From(t.Sources[1].Part(0, channel, row + 1), Absolute.Row);
            yield return Table.Filled(t.Cells.Part(row, channel, 1, size), $"MMULT({attention},{values})");
        }
    }

    /// <summary>One column, a row for each token of the vocabulary.</summary>
    private static FilledFormula[] Logits(Table t) => IfThereIsAPrompt(
        t, $"SUMPRODUCT({t.Row(0, Absolute.Both)},{t.Row(1)})");

    private static FilledFormula[] Probabilities(Table t)
    {
        string largest = t.From(WorkbookPlan.LargestLogit, Absolute.Both), sum = t.From(WorkbookPlan.SumOfExponentials, Absolute.Both);
        return IfThereIsAPrompt(t, $"EXP({t.Cell(0)}-{largest})/{sum}", CellLook.Percent);
    }

    private static FilledFormula[] IfThereIsAPrompt(Table t, string formula, CellLook look = CellLook.Number) =>
        [new FilledFormula(t.Cells, FormulaText.IfThereIsAPrompt(formula), look)];

    /// <summary>One formula for all cells of a table.</summary>
    private static FilledFormula[] OneFormula(Table t, string formula) => [Table.Filled(t.Cells, formula)];

    /// <summary>The rows of each head, and the head's first column in scores and attention.</summary>
    private IEnumerable<(int Row, int First)> RowsOfHeads() =>
        from row in Enumerable.Range(0, plan.Length)
        from head in Enumerable.Range(0, plan.Config.Heads)
        select (row, head * plan.Length);

    /// <summary>A number from 0 to 1, without an exponent if that is readable.</summary>
    private static string Number(float number) =>
        number.ToString(number < 1e-12f ? null : "0.####################", CultureInfo.InvariantCulture);

    /// <summary>A matrix with its range and those of its sources.</summary>
    private sealed record Table(MatrixDescription Matrix, CellRange Cells, CellRange[] Sources)
    {
        public string From(CellRange range, Absolute absolute = Absolute.Neither) => Reference.From(Cells.Sheet, range, absolute);

        /// <summary>The first cell of a source; the other cells of the table refer to those beside and below it.</summary>
        public string Cell(int source, Absolute absolute = Absolute.Neither) => From(Sources[source].Part(0, 0), absolute);

        /// <summary>The first row of a source, the same for all columns of the table.</summary>
        public string Row(int source, Absolute absolute = Absolute.Column) => From(Sources[source].RowAt(0), absolute);

        /// <summary>The first column of a source, the same for all rows of the table.</summary>
        public string Column(int source) => From(Sources[source].ColumnAt(0), Absolute.Row);

        /// <summary>A formula for a part of the table, whose rows are empty where there is no token.</summary>
        public static FilledFormula Filled(CellRange cells, string formula) => new(cells, FormulaText.UnlessEmpty(TokenOf(cells), formula));

        /// <summary>A number for tokens that must not be seen: there if both tokens are.</summary>
        public FilledFormula Masked(CellRange cells, string number) => new(
            cells, $"IF(OR({TokenOf(cells)}=\"\",{Reference.Cell(Cells.Row - 1, cells.Column, Absolute.Row)}=\"\"),\"\",{number})", CellLook.Masked);

        private static string TokenOf(CellRange cells) => Reference.Cell(cells.Row, WorkbookPlan.TokenColumn, Absolute.Column);
    }
}
