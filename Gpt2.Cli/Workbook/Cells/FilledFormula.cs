// A formula that fills a range: the first cell has it as it is, the others as if it had been copied to them, with relative references moved along.
// A file can have such a formula once, as a shared one, but only if it refers to its own sheet: Excel does not move references to other sheets
// ([MS-XLSB] 2.5.98.98 leaves them out). Not a record: SheetWriter tells shared formulas apart by reference, without a look at their text.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>A formula that fills a range.</summary>
/// <param name="cells">The range.</param>
/// <param name="formula">The formula of its first cell.</param>
/// <param name="look">The look of its cells.</param>
internal sealed partial class FilledFormula(CellRange cells, string formula, CellLook look = CellLook.Number)
{
    private readonly Match[] references = [.. ReferenceOrText().Matches(formula).Where(match => match.Groups["row"].Success)];

    public CellRange Cells => cells;

    public string Formula => formula;

    public CellLook Look => look;

    /// <summary>Whether a file may have it once for all cells.</summary>
    public bool CanBeShared { get; } = !formula.Contains('!', StringComparison.Ordinal);

    /// <summary>The formula of a cell of the range.</summary>
    /// <param name="row">The cell's row in its sheet.</param>
    /// <param name="column">Its column.</param>
    public string At(int row, int column)
    {
        var moved = new StringBuilder(formula.Length + 16);
        int end = 0;
        foreach (Match reference in references)
        {
            moved.Append(formula, end, reference.Index - end);
            end = reference.Index + reference.Length;
            AppendColumn(reference.Groups["column"].Value, column - cells.Column, moved);
            AppendRow(reference.Groups["row"].Value, row - cells.Row, moved);
        }

        return moved.Append(formula, end, formula.Length - end).ToString();
    }

    private static void AppendColumn(string column, int by, StringBuilder moved) =>
        moved.Append(column[0] == '$' ? column : Reference.Letters(Reference.ColumnOf(column) + by));

    private static void AppendRow(string row, int by, StringBuilder moved)
    {
        if (row[0] == '$')
        {
            moved.Append(row);
        }
        else
        {
            moved.Append(CultureInfo.InvariantCulture, $"{int.Parse(row, CultureInfo.InvariantCulture) + by}");
        }
    }

    /// <summary>A reference to a cell; or a text or the name of a sheet in quotes, in which nothing is one.</summary>
    [GeneratedRegex("""
        "[^"]*"|'[^']*'|(?<![A-Za-z0-9_.$])(?<column>\$?[A-Z]{1,3})(?<row>\$?[0-9]+)(?![A-Za-z0-9_.(])
        """, RegexOptions.CultureInvariant)]
    private static partial Regex ReferenceOrText();
}
