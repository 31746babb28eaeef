// How cells look: for each look its letters, background, lines, number format and alignment. The colours for sign and size are those of the
// program's pictures. StyleSheet makes of it what a file has.

using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook;

/// <summary>The looks that a cell can have.</summary>
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
/// <param name="Letters">Its letters.</param>
/// <param name="Ground">The colour of its background, RRGGBB; null for none.</param>
/// <param name="Lines">Lines at the edges of the cell.</param>
/// <param name="NumberFormat">How numbers are written, in the notation of spreadsheets; null for the usual way.</param>
/// <param name="Align">Where the content stands; null for texts at the left and numbers at the right.</param>
/// <param name="IsIndented">Whether there is some space before it.</param>
internal sealed record LookStyle(
    Lettering Letters, string? Ground = null, CellLines Lines = CellLines.None, string? NumberFormat = null,
    HorizontalAlignmentValues? Align = null, bool IsIndented = false);

/// <summary>Letters: their size in points, their form and their colour, RRGGBB.</summary>
internal sealed record Lettering(
    double Size = 10, bool IsBold = false, bool IsItalic = false, bool IsUnderlined = false, string Colour = Palette.Ink, string Font = "Calibri");

internal enum CellLines
{
    None,
    Below,
    Around,
}

/// <summary>Letters that a cell has while a condition is true.</summary>
internal enum ConditionalLetters
{
    /// <summary>Of a message about a wrong input.</summary>
    Warning,

    /// <summary>Of the number of a row that is not in use.</summary>
    Pale,
}

internal static class Palette
{
    /// <summary>The colours of numbers, RRGGBB.</summary>
    public const string Below = "5B9BD5", White = "FFFFFF", Above = "ED7D31", Bar = "F4B183";

    /// <summary>The colours of tabs.</summary>
    public const string StartTab = "FFC000", StageTab = "ED7D31", WeightTab = "5B9BD5", TextTab = "70AD47";

    /// <summary>The colours of letters and of lines.</summary>
    public const string Ink = "27303B", Line = "C9D2DB";

    private const string Soft = "5D6875", Faint = "A9B4C0", Ground = "EAF0F6", Yellow = "FFF6CC", Blue = "0A5FB4", Rust = "C2410C",
        Red = "C00000", Pale = "E3E8ED";

    private static readonly HorizontalAlignmentValues Left = HorizontalAlignmentValues.Left, Right = HorizontalAlignmentValues.Right;

    /// <summary>What letters are while a condition is true; their size is that of the cell.</summary>
    public static Lettering LettersOf(ConditionalLetters letters) => letters switch
    {
        ConditionalLetters.Warning => new(IsBold: true, Colour: Red),
        ConditionalLetters.Pale => new(Colour: Pale),
        _ => throw new ArgumentOutOfRangeException(nameof(letters), letters, "expected letters with a colour"),
    };

    /// <summary>What a look consists of.</summary>
    public static LookStyle StyleOf(CellLook look) => look switch
    {
        CellLook.Normal => new(new Lettering(), Align: Left, IsIndented: true),
        CellLook.Title => new(new Lettering(16, IsBold: true)),
        CellLook.Heading => new(new Lettering(12, IsBold: true, Colour: Blue), Ground),
        CellLook.Symbols => new(new Lettering(Font: "Consolas", Colour: Soft), Ground),
        CellLook.Words => new(new Lettering(IsItalic: true, Colour: Soft)),
        CellLook.ColumnHeader => new(new Lettering(9, Colour: Faint), Lines: CellLines.Below, Align: Right),
        CellLook.GroupHeader => new(new Lettering(9, IsBold: true, Colour: Soft), Align: Left, IsIndented: true),
        CellLook.RowHeader => new(new Lettering(9, Colour: Faint), Align: Right),
        CellLook.Token => new(new Lettering(IsBold: true), Align: Left, IsIndented: true),
        CellLook.Number => new(new Lettering(), NumberFormat: "0.000;\"\u2212\"0.000;0", Align: Right),
        CellLook.Masked => new(new Lettering(9, IsItalic: true, Colour: Faint), NumberFormat: "0;\"\u221210\u00B9\u2070\";0", Align: Right),
        CellLook.Percent => new(new Lettering(), NumberFormat: "[<0.0001]0.0E+00;0.00 %", Align: Right),
        CellLook.Integer => new(new Lettering(), NumberFormat: "0;\"\u2013\"", Align: Right),
        CellLook.Input => new(new Lettering(IsBold: true), Yellow, CellLines.Around, Align: Left),
        CellLook.Link => new(new Lettering(IsUnderlined: true, Colour: Blue)),
        CellLook.Answer => new(new Lettering(14, IsBold: true, Colour: Rust)),
        CellLook.Piece => new(new Lettering(IsBold: true), Align: Right),
        _ => throw new ArgumentOutOfRangeException(nameof(look), look, "expected a look with a style"),
    };
}
