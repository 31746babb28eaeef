// Cells that have one formula, each relative to its own place, as if the formula of the first had been copied to the others. Not a record:
// SheetWriter tells areas apart by reference, without a look at their formulas.

namespace Gpt2.Cli.Workbook;

/// <summary>Cells with one formula.</summary>
/// <param name="cells">The cells.</param>
/// <param name="formula">The formula of the first of them.</param>
/// <param name="look">Their look.</param>
internal sealed class FormulaArea(Place cells, string formula, CellLook look = CellLook.Number)
{
    public Place Cells => cells;

    public string Formula => formula;

    public CellLook Look => look;
}
