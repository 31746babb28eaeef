// References as formulas write them: C5, $C5, C$5, $C$5, 'h0'!C5:D7. Rows and columns are counted from 0 here, and from 1 and A in the text.

using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>What of a reference is absolute, with a $ before it: it stays when the formula is copied to another cell.</summary>
[Flags]
internal enum Absolute
{
    Neither = 0,
    Column = 1,
    Row = 2,
    Both = Column | Row,
}

/// <summary>Writes references.</summary>
internal static class Reference
{
    /// <summary>The last column and the last row that Excel has, counted from 1.</summary>
    public const int MostColumns = 16384, MostRows = 1048576;

    /// <summary>The letters of a column: A, B, … Z, AA.</summary>
    public static string Letters(int column)
    {
        string letters = "";
        for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26)
        {
            letters = (char)('A' + ((rest - 1) % 26)) + letters;
        }

        return letters;
    }

    /// <summary>The column that has these letters.</summary>
    public static int ColumnOf(string letters) => letters.Aggregate(0, (column, letter) => (column * 26) + letter - 'A' + 1) - 1;

    /// <summary>A cell: C5.</summary>
    public static string Cell(int row, int column, Absolute absolute = Absolute.Neither) => Invariant(
        $"{(absolute.HasFlag(Absolute.Column) ? "$" : "")}{Letters(column)}{(absolute.HasFlag(Absolute.Row) ? "$" : "")}{row + 1}");

    /// <summary>A range as its own sheet writes it: C5, or C5:D7.</summary>
    public static string Local(CellRange range, Absolute absolute = Absolute.Neither)
    {
        string first = Cell(range.Row, range.Column, absolute);
        return range is { Rows: 1, Columns: 1 }
            ? first : $"{first}:{Cell(range.Row + range.Rows - 1, range.Column + range.Columns - 1, absolute)}";
    }

    /// <summary>A range as some sheet writes it: with the name of the range's sheet if that is another one.</summary>
    public static string From(string sheet, CellRange range, Absolute absolute = Absolute.Neither) =>
        range.Sheet == sheet ? Local(range, absolute) : $"{Quoted(range.Sheet)}!{Local(range, absolute)}";

    /// <summary>A range for a link or a name, whatever sheet that is in: 'h0'!$C$5:$D$7.</summary>
    public static string Full(CellRange range) => $"{Quoted(range.Sheet)}!{Local(range, Absolute.Both)}";

    // A name that looks like a cell, such as h1, must be quoted; the others may be.
    private static string Quoted(string sheet) => $"'{sheet}'";
}
