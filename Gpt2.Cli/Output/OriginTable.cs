// The origin of a number for a reader: what its matrix is, the formula in symbols, words and numbers, and the terms as a table.

using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Writes one origin.</summary>
/// <param name="origin">The origin.</param>
/// <param name="pass">The pass it is of.</param>
/// <param name="model">The model, for the texts of tokens.</param>
/// <param name="io">Where to write.</param>
internal sealed class OriginTable(CellOrigin origin, PassExplanation pass, LanguageModel model, CommandIo io)
{
    private const int BarWidth = 10;

    private bool HasTokens => origin.Terms.Any(term => pass.TokenOf(term.Source) is not null);

    private bool HasFactors => origin.Terms.Any(term => term.Factor is not null);

    private bool HasShares => origin.Terms.Any(term => term.Share is not null);

    /// <summary>Writes the heading and these terms, the largest, and what the others add up to.</summary>
    public void Write(OriginTerm[] shown)
    {
        WriteHeading();
        if (origin.Terms.Count > 0)
        {
            WriteTerms(shown);
        }
    }

    private void WriteHeading()
    {
        MatrixDescription matrix = origin.Description;
        MatrixCell cell = origin.Cell;
        string of = matrix.Block is int block ? Invariant($"{matrix.Title}, step {matrix.Step} of block {block}") : matrix.Title;
        var heading = new TableWriter(io, new Column(""), new Column("", Flow: Flow.Wrap));
        heading.Row(cell.Address, Number(cell.Value));
        heading.Row("matrix", Invariant($"{of}, {matrix.Shape}"));
        heading.Row("row", Invariant($"{model.Shown(pass.Trace.Ids[cell.Row])}, token {cell.Row} of the prompt"));
        heading.Row("column", pass.ColumnOf(cell.Matrix, cell.Column).InWords(model.Shown));
        heading.Row("formula", matrix.Formula);
        heading.Row("in words", matrix.Words);
        heading.Row("in numbers", origin.InNumbers);
        if (origin.Operation != CellOperation.Mask)
        {
            foreach (OriginFigure figure in origin.Figures)
            {
                heading.Row("  " + figure.Name, Number(figure.Value));
            }
        }

        heading.Row("computed by", matrix.Method);
        heading.Row("from", string.Join(", ", matrix.Sources));
        heading.End();
        if (origin.Terms.Count > 0)
        {
            io.SayGap();
        }
    }

    private void WriteTerms(OriginTerm[] shown)
    {
        double all = origin.Terms.Sum(term => term.Contribution), largest = Math.Abs(shown[0].Contribution);
        string values = Digits(origin.Terms.Select(term => (double)term.Source.Value));
        string factors = Digits(origin.Terms.Select(term => (double)(term.Factor?.Value ?? 0)));
        string contributions = Digits([.. origin.Terms.Select(term => term.Contribution), all]);
        var table = new TableWriter(io, Columns());

        void Row(
            string source, string token, string value, string factor, string factorValue, double contribution, double? share, Cell bar, Cell mark) =>
            table.Row(
            [
                source, .. Cells(HasTokens, token), value, .. Cells(HasFactors, factor, factorValue), InColumn(contribution, contributions),
                .. Cells(HasShares, share is double part ? Probability.Shown(part) : "", mark), bar,
            ]);

        foreach (OriginTerm term in shown)
        {
            string bar = Probability.Bar(largest > 0 ? Math.Abs(term.Contribution) / largest : 0, BarWidth);
            Row(
                term.Source.Address, pass.TokenOf(term.Source) is int id ? model.Shown(id) : "", InColumn(term.Source.Value, values),
                term.Factor?.Address ?? "", term.Factor is MatrixCell factor ? InColumn(factor.Value, factors) : "",
                term.Contribution, term.Share, bar, mark: term == origin.Own ? "◀" : "");
        }

        if (shown.Length < origin.Terms.Count)
        {
            double? Rest(Func<OriginTerm, double?> of) => HasShares ? origin.Terms.Sum(of) - shown.Sum(of) : null;
            Row(
                Plural.Of(origin.Terms.Count - shown.Length, "other"), "", "", "", "", all - shown.Sum(term => term.Contribution),
                Rest(term => term.Share), "", "");
        }

        if (origin.Terms.Count > 1)
        {
            Row(Invariant($"sum of {origin.Terms.Count}"), "", "", "", "", all, HasShares ? 1 : null, "", "");
        }

        table.End();
        if (shown.Length < origin.Terms.Count)
        {
            io.Explain($"--all shows all {origin.Terms.Count} terms. The address of a term is the next cell to ask about");
        }
    }

    private Column[] Columns()
    {
        (string source, string factor, string contribution, string share) = origin.Operation switch
        {
            CellOperation.LookUp => ("weight", "", "value taken", ""),
            CellOperation.Copy => ("source", "", "value taken", ""),
            CellOperation.DotProduct => ("input", "weight", "contribution", ""),
            CellOperation.ScaledDotProduct => ("query", "key", "contribution", ""),
            CellOperation.WeightedSum => ("attention", "value", "contribution", ""),
            CellOperation.Scaling => ("input", "gain", "contribution", ""),
            CellOperation.Softmax => ("source", "", "e^(value − max)", "share"),
            CellOperation.Normalisation => ("source", "", "contribution", "of the variance"),
            CellOperation.Gelu => ("source", "", "passes", ""),
            _ => ("source", "", "contribution", ""),
        };
        return
        [
            new(source), .. HasTokens ? [new Column("token", Flow: Flow.Cut)] : Array.Empty<Column>(), Column.Number("value", drop: 2),
            .. HasFactors ? [new Column(factor, Drop: 3), Column.Number("× value", drop: 2)] : Array.Empty<Column>(),
            Column.Number(contribution, drop: origin.Operation == CellOperation.Softmax ? 1 : 0),
            .. HasShares
                ? [Column.Number(share, drop: origin.Operation == CellOperation.Normalisation ? 1 : 0), new Column("")]
                : Array.Empty<Column>(),
            new("", Drop: Column.Decoration),
        ];
    }

    private static Cell[] Cells(bool there, params Cell[] cells) => there ? cells : [];

    /// <summary>The format for a column of numbers: as many decimals as give the largest five significant digits.</summary>
    private static string Digits(IEnumerable<double> numbers)
    {
        double largest = numbers.Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty().Max();
        int decimals = largest > 0 ? Math.Clamp(4 - (int)Math.Floor(Math.Log10(largest)), 0, 9) : 0;
        return Invariant($"F{decimals}");
    }

    private static string InColumn(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("G6", CultureInfo.InvariantCulture);
}
