// The looks of cells: fonts, colours and number formats. The colours for sign and size are those of the program's pictures.

using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook;

/// <summary>The looks that a cell can have; a look's number is its place in the style sheet.</summary>
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
    ColumnHead,

    /// <summary>What several columns have in common: "head 2".</summary>
    GroupHead,

    /// <summary>A position or an id.</summary>
    RowHead,

    /// <summary>A token.</summary>
    Token,

    /// <summary>A number of the pass or of the weights.</summary>
    Number,

    /// <summary>A number for a token that may not be seen.</summary>
    Masked,

    /// <summary>A share of 1.</summary>
    Percent,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>What the user types.</summary>
    Input,

    /// <summary>A link to another place.</summary>
    Link,

    /// <summary>What the model says comes next.</summary>
    Answer,

    /// <summary>A piece of a word.</summary>
    Piece,
}

internal static class Palette
{
    /// <summary>The colours of numbers, RRGGBB.</summary>
    public const string Below = "5B9BD5", Above = "ED7D31", Bar = "F4B183";

    /// <summary>The colours of tabs.</summary>
    public const string StartTab = "FFC000", StageTab = "ED7D31", WeightTab = "5B9BD5", TextTab = "70AD47";

    private const string Ink = "27303B", Soft = "5D6875", Faint = "A9B4C0", Ground = "EAF0F6", Yellow = "FFF6CC", Blue = "0A5FB4";

    /// <summary>The style sheet: a format for each look, in their order.</summary>
    public static Stylesheet Styles() => new(
        new NumberingFormats(
            new NumberingFormat { NumberFormatId = 164, FormatCode = "0.000;\"\u2212\"0.000;0" },
            new NumberingFormat { NumberFormatId = 165, FormatCode = "0;\"\u221210\u00B9\u2070\";0" },
            new NumberingFormat { NumberFormatId = 166, FormatCode = "[<0.0001]0.0E+00;0.00 %" },
            new NumberingFormat { NumberFormatId = 167, FormatCode = "0;\"\u2013\"" }),
        new Fonts(
            FontOf(), FontOf(size: 16, bold: true), FontOf(size: 12, bold: true, colour: Blue), FontOf(name: "Consolas", colour: Soft),
            FontOf(italic: true, colour: Soft), FontOf(size: 9, colour: Faint), FontOf(size: 9, bold: true, colour: Soft), FontOf(bold: true),
            FontOf(size: 9, colour: Faint, italic: true), FontOf(colour: Blue, underlined: true), FontOf(size: 14, bold: true, colour: "C2410C")),
        new Fills(
            new Fill(new PatternFill { PatternType = PatternValues.None }), new Fill(new PatternFill { PatternType = PatternValues.Gray125 }),
            FillOf(Ground), FillOf(Yellow)),
        new Borders(new Border(), Border(new BottomBorder(LineColour()) { Style = BorderStyleValues.Thin }), Border(Around())),
        new CellStyleFormats(new CellFormat()),
        new CellFormats(
            Format(font: 0, align: HorizontalAlignmentValues.Left, indent: 1),
            Format(font: 1),
            Format(font: 2, fill: 2),
            Format(font: 3, fill: 2),
            Format(font: 4),
            Format(font: 5, border: 1, align: HorizontalAlignmentValues.Right),
            Format(font: 6, align: HorizontalAlignmentValues.Left, indent: 1),
            Format(font: 5, align: HorizontalAlignmentValues.Right),
            Format(font: 7, align: HorizontalAlignmentValues.Left, indent: 1),
            Format(font: 0, number: 164, align: HorizontalAlignmentValues.Right),
            Format(font: 8, number: 165, align: HorizontalAlignmentValues.Right),
            Format(font: 0, number: 166, align: HorizontalAlignmentValues.Right),
            Format(font: 0, number: 167, align: HorizontalAlignmentValues.Right),
            Format(font: 7, fill: 3, border: 2, align: HorizontalAlignmentValues.Left),
            Format(font: 9),
            Format(font: 10),
            Format(font: 7, align: HorizontalAlignmentValues.Right)),
        new CellStyles(new CellStyle { Name = "Normal", FormatId = 0, BuiltinId = 0 }),
        new DifferentialFormats(new DifferentialFormat(new Font(new Bold(), new Color { Rgb = "FFC00000" }))));

    private static Font FontOf(
        double size = 10, bool bold = false, bool italic = false, bool underlined = false, string colour = Ink, string name = "Calibri")
    {
        var font = new Font();
        if (bold)
        {
            font.Append(new Bold());
        }

        if (italic)
        {
            font.Append(new Italic());
        }

        if (underlined)
        {
            font.Append(new Underline());
        }

        font.Append(new FontSize { Val = size }, new Color { Rgb = "FF" + colour }, new FontName { Val = name });
        return font;
    }

    private static Fill FillOf(string colour) =>
        new(new PatternFill(new ForegroundColor { Rgb = "FF" + colour }) { PatternType = PatternValues.Solid });

    private static Border Border(params OpenXmlElement[] sides) => new(sides);

    private static OpenXmlElement[] Around() =>
    [
        new LeftBorder(LineColour()) { Style = BorderStyleValues.Thin }, new RightBorder(LineColour()) { Style = BorderStyleValues.Thin },
        new TopBorder(LineColour()) { Style = BorderStyleValues.Thin }, new BottomBorder(LineColour()) { Style = BorderStyleValues.Thin },
    ];

    private static Color LineColour() => new() { Rgb = "FFC9D2DB" };

    private static CellFormat Format(
        uint font, uint fill = 0, uint border = 0, uint number = 0, HorizontalAlignmentValues? align = null, uint indent = 0)
    {
        var format = new CellFormat
        {
            FontId = font,
            FillId = fill,
            BorderId = border,
            NumberFormatId = number,
            FormatId = 0,
            ApplyFont = true,
            ApplyFill = fill > 0,
            ApplyBorder = border > 0,
            ApplyNumberFormat = number > 0,
        };
        if (align is HorizontalAlignmentValues horizontal)
        {
            format.ApplyAlignment = true;
            format.Append(new Alignment { Horizontal = horizontal, Indent = indent > 0 ? indent : null });
        }

        return format;
    }
}
