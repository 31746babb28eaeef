// A formula that fills a range: the first cell has it as it is, the others as if it had been copied to them, with relative references moved along.
// Not a record: SheetWriter tells them apart by reference, without a look at their text.

namespace Gpt2.Cli.Workbook;

/// <summary>A formula that fills a range.</summary>
/// <param name="cells">The range.</param>
/// <param name="formula">The formula of its first cell.</param>
/// <param name="look">The look of its cells.</param>
internal sealed class FilledFormula(CellRange cells, string formula, CellLook look = CellLook.Number)
{
    public CellRange Cells => cells;

    public string Formula => formula;

    public CellLook Look => look;
}
