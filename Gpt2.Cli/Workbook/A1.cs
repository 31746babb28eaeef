// References to cells as formulas write them: C5, $C5, C$5, $C$5, 'h0'!C5:D7. Rows and columns are counted from 0 here, and from 1 and A in
// the text.

using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>A rectangle of a sheet.</summary>
/// <param name="Sheet">The name of the sheet.</param>
/// <param name="Row">The first row.</param>
/// <param name="Column">The first column.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
internal sealed record Place(string Sheet, int Row, int Column, int Rows, int Columns)
{
    /// <summary>A part of it.</summary>
    public Place Part(int row, int column, int rows = 1, int columns = 1) => new(Sheet, Row + row, Column + column, rows, columns);

    /// <summary>One of its rows.</summary>
    public Place RowAt(int row) => Part(row, 0, 1, Columns);

    /// <summary>One of its columns.</summary>
    public Place ColumnAt(int column) => Part(0, column, Rows);
}

/// <summary>What of a reference stays when the formula is copied to another cell.</summary>
[Flags]
internal enum Fixed
{
    None = 0,
    Column = 1,
    Row = 2,
    Both = Column | Row,
}

/// <summary>Writes references.</summary>
internal static class A1
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

    /// <summary>A cell: C5.</summary>
    public static string Cell(int row, int column, Fixed kept = Fixed.None) =>
        Invariant($"{(kept.HasFlag(Fixed.Column) ? "$" : "")}{Letters(column)}{(kept.HasFlag(Fixed.Row) ? "$" : "")}{row + 1}");

    /// <summary>A rectangle, as it is written in its own sheet: C5, or C5:D7.</summary>
    public static string Range(Place place, Fixed kept = Fixed.None)
    {
        string first = Cell(place.Row, place.Column, kept);
        return place is { Rows: 1, Columns: 1 } ? first : $"{first}:{Cell(place.Row + place.Rows - 1, place.Column + place.Columns - 1, kept)}";
    }

    /// <summary>A rectangle as a formula in some sheet writes it: with the name of its own sheet if that is another one.</summary>
    public static string From(string sheet, Place place, Fixed kept = Fixed.None) =>
        place.Sheet == sheet ? Range(place, kept) : $"{Quoted(place.Sheet)}!{Range(place, kept)}";

    /// <summary>A rectangle for a link or a name, whatever sheet that is in: 'h0'!$C$5:$D$7.</summary>
    public static string Absolute(Place place) => $"{Quoted(place.Sheet)}!{Range(place, Fixed.Both)}";

    // A name that looks like a cell, such as h1, must be quoted; the others may be.
    private static string Quoted(string sheet) => $"'{sheet}'";
}
