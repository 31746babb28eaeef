// The colours of the workbook, and the style of each look: font, fill, border, number format and alignment. The colours for sign and size are
// those of the program's pictures. StyleSheet makes of it what a file has.

using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook.Cells;

internal static class Palette
{
    /// <summary>The colours of numbers, RRGGBB.</summary>
    public const string Below = "5B9BD5", White = "FFFFFF", Above = "ED7D31", Bar = "F4B183";

    /// <summary>The colours of tabs.</summary>
    public const string StartTab = "FFC000", StageTab = "ED7D31", WeightTab = "5B9BD5", TextTab = "70AD47";

    /// <summary>The colours of text and of borders.</summary>
    public const string Ink = "27303B", Line = "C9D2DB";

    private const string Soft = "5D6875", Faint = "A9B4C0", Tint = "EAF0F6", Yellow = "FFF6CC", Blue = "0A5FB4", Rust = "C2410C",
        Red = "C00000", Pale = "E3E8ED";

    private static readonly HorizontalAlignmentValues Left = HorizontalAlignmentValues.Left, Right = HorizontalAlignmentValues.Right;

    /// <summary>The font while a condition is true; its size and its name are those of the cell.</summary>
    public static CellFont FontOf(ConditionalFont font) => font switch
    {
        ConditionalFont.Warning => new(IsBold: true, Colour: Red),
        ConditionalFont.Pale => new(Colour: Pale),
        _ => throw new ArgumentOutOfRangeException(nameof(font), font, "expected a font with a colour"),
    };

    /// <summary>What a look consists of.</summary>
    public static LookStyle StyleOf(CellLook look) => look switch
    {
        CellLook.Normal => new(new CellFont(), Align: Left, IsIndented: true),
        CellLook.Title => new(new CellFont(16, IsBold: true)),
        CellLook.Heading => new(new CellFont(12, IsBold: true, Colour: Blue), Tint),
        CellLook.Symbols => new(new CellFont(Name: "Consolas", Colour: Soft), Tint),
        CellLook.Words => new(new CellFont(IsItalic: true, Colour: Soft)),
        CellLook.ColumnHeader => new(new CellFont(9, Colour: Faint), Border: CellBorder.Below, Align: Right),
        CellLook.GroupHeader => new(new CellFont(9, IsBold: true, Colour: Soft), Align: Left, IsIndented: true),
        CellLook.RowHeader => new(new CellFont(9, Colour: Faint), Align: Right),
        CellLook.Token => new(new CellFont(IsBold: true), Align: Left, IsIndented: true),
        CellLook.Number => new(new CellFont(), NumberFormat: "0.000;\"\u2212\"0.000;0", Align: Right),
        CellLook.Masked => new(new CellFont(9, IsItalic: true, Colour: Faint), NumberFormat: "0;\"\u221210\u00B9\u2070\";0", Align: Right),
        CellLook.Percent => new(new CellFont(), NumberFormat: "[<0.000001]0.0E+00;[<0.001]0.0000 %;0.00 %", Align: Right),
        CellLook.Integer => new(new CellFont(), NumberFormat: "0;\"\u2013\"", Align: Right),
        CellLook.Input => new(new CellFont(IsBold: true), Yellow, CellBorder.Around, Align: Left),
        CellLook.Link => new(new CellFont(IsUnderlined: true, Colour: Blue)),
        CellLook.Answer => new(new CellFont(14, IsBold: true, Colour: Rust)),
        CellLook.Piece => new(new CellFont(IsBold: true), Align: Right),
        _ => throw new ArgumentOutOfRangeException(nameof(look), look, "expected a look with a style"),
    };
}
