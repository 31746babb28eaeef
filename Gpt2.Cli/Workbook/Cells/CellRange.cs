// A cell or a rectangle of cells in one of the workbook's sheets. Rows and columns are counted from 0; Reference writes them as formulas do.

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>A rectangle of cells.</summary>
/// <param name="Sheet">The name of the sheet.</param>
/// <param name="Row">The first row.</param>
/// <param name="Column">The first column.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
internal sealed record CellRange(string Sheet, int Row, int Column, int Rows = 1, int Columns = 1)
{
    /// <summary>A part of it, whose first row and column are counted from its own.</summary>
    public CellRange Part(int row, int column, int rows = 1, int columns = 1) => new(Sheet, Row + row, Column + column, rows, columns);

    /// <summary>One of its rows.</summary>
    public CellRange RowAt(int row) => Part(row, 0, 1, Columns);

    /// <summary>One of its columns.</summary>
    public CellRange ColumnAt(int column) => Part(0, column, Rows);
}
