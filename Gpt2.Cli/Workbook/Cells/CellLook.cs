// The looks that a cell can have, named after what a cell is for, and what a look consists of. Palette has the style of each.

using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>What a cell is, and so how it looks.</summary>
internal enum CellLook
{
    Normal,

    /// <summary>What a sheet is.</summary>
    Title,

    /// <summary>What a table is: "step 7: attention".</summary>
    Heading,

    /// <summary>How a table is computed, in symbols.</summary>
    Symbols,

    /// <summary>A sentence.</summary>
    Words,

    /// <summary>The number of a column.</summary>
    ColumnHeader,

    /// <summary>What several columns have in common: "head 2".</summary>
    GroupHeader,

    /// <summary>A position or an id.</summary>
    RowHeader,

    /// <summary>A token.</summary>
    Token,

    /// <summary>A number of the pass or of the weights.</summary>
    Number,

    /// <summary>A number for a token that may not be seen.</summary>
    Masked,

    /// <summary>A share of 1.</summary>
    Percent,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>What the user types.</summary>
    Input,

    /// <summary>A link to another place.</summary>
    Link,

    /// <summary>What the model says comes next.</summary>
    Answer,

    /// <summary>A piece of a word.</summary>
    Piece,
}

/// <summary>What a look consists of.</summary>
/// <param name="Font">Its font.</param>
/// <param name="Fill">The colour of its background, RRGGBB; null for none.</param>
/// <param name="Border">Lines at the edges of the cell.</param>
/// <param name="NumberFormat">How numbers are written, in the notation of spreadsheets; null for the usual way.</param>
/// <param name="Align">Where the content stands; null for texts at the left and numbers at the right.</param>
/// <param name="IsIndented">Whether there is some space before it.</param>
internal sealed record LookStyle(
    CellFont Font, string? Fill = null, CellBorder Border = CellBorder.None, string? NumberFormat = null,
    HorizontalAlignmentValues? Align = null, bool IsIndented = false);

/// <summary>A font: its size in points, its form, its colour, RRGGBB, and its name.</summary>
internal sealed record CellFont(
    double Size = 10, bool IsBold = false, bool IsItalic = false, bool IsUnderlined = false, string Colour = Palette.Ink, string Name = "Calibri");

internal enum CellBorder
{
    None,
    Below,
    Around,
}

/// <summary>A font that a cell has while a condition is true.</summary>
internal enum ConditionalFont
{
    /// <summary>Of a message about a wrong input.</summary>
    Warning,

    /// <summary>Of the number of a row that is not in use.</summary>
    Pale,
}
