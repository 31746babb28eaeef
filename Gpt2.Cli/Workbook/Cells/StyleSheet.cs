// The style sheet of a workbook, made of the looks of the palette. A cell names its look by a number, which is that of CellLook; what several looks
// have in common, such as a font, is in the file once.

using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>Makes the style sheet.</summary>
internal static class StyleSheet
{
    /// <summary>Smaller numbers are formats that every program knows.</summary>
    private const int FirstNumberFormat = 164;

    /// <summary>The first two fills are fixed: none, and one that programs keep for themselves.</summary>
    private const int FirstFill = 2;

    /// <summary>The number that a cell has for its look.</summary>
    public static int IndexOf(CellLook look) => (int)look;

    /// <summary>A format for each look, in the order of their numbers.</summary>
    public static Stylesheet Create()
    {
        LookStyle[] styles = [.. Enum.GetValues<CellLook>().Select(Palette.StyleOf)];
        CellFont[] fonts = [.. styles.Select(style => style.Font).Distinct()];
        string[] fills = [.. styles.Select(style => style.Fill).OfType<string>().Distinct()];
        string[] numberFormats = [.. styles.Select(style => style.NumberFormat).OfType<string>().Distinct()];
        return new Stylesheet(
            new NumberingFormats(numberFormats.Select(
                (code, index) => new NumberingFormat { NumberFormatId = (uint)(FirstNumberFormat + index), FormatCode = code })),
            new Fonts(fonts.Select(FontOf)),
            new Fills([FillOf(PatternValues.None), FillOf(PatternValues.Gray125), .. fills.Select(FillOf)]),
            new Borders(Enum.GetValues<CellBorder>().Select(BorderOf)),
            new CellStyleFormats(new CellFormat()),
            new CellFormats(styles.Select(style => FormatOf(style, fonts, fills, numberFormats))),
            new CellStyles(new CellStyle { Name = "Normal", FormatId = 0, BuiltinId = 0 }),
            new DifferentialFormats(Enum.GetValues<ConditionalFont>().Select(font => DifferenceOf(Palette.FontOf(font)))));
    }

    private static CellFormat FormatOf(LookStyle style, CellFont[] fonts, string[] fills, string[] numberFormats)
    {
        var format = new CellFormat
        {
            FontId = (uint)Array.IndexOf(fonts, style.Font),
            FillId = style.Fill is null ? 0 : (uint)(FirstFill + Array.IndexOf(fills, style.Fill)),
            BorderId = (uint)style.Border,
            NumberFormatId = style.NumberFormat is null ? 0 : (uint)(FirstNumberFormat + Array.IndexOf(numberFormats, style.NumberFormat)),
            FormatId = 0,
            ApplyFont = true,
            ApplyFill = style.Fill is not null,
            ApplyBorder = style.Border != CellBorder.None,
            ApplyNumberFormat = style.NumberFormat is not null,
        };
        if (style.Align is HorizontalAlignmentValues align)
        {
            format.ApplyAlignment = true;
            format.Append(new Alignment { Horizontal = align, Indent = style.IsIndented ? 1 : null });
        }

        return format;
    }

    private static Font FontOf(CellFont cellFont)
    {
        var font = new Font();
        if (cellFont.IsBold)
        {
            font.Append(new Bold());
        }

        if (cellFont.IsItalic)
        {
            font.Append(new Italic());
        }

        if (cellFont.IsUnderlined)
        {
            font.Append(new Underline());
        }

        font.Append(new FontSize { Val = cellFont.Size }, ColourOf(cellFont.Colour), new FontName { Val = cellFont.Name });
        return font;
    }

    /// <summary>What replaces a part of a cell's own font.</summary>
    private static DifferentialFormat DifferenceOf(CellFont cellFont)
    {
        var font = new Font();
        if (cellFont.IsBold)
        {
            font.Append(new Bold());
        }

        font.Append(ColourOf(cellFont.Colour));
        return new DifferentialFormat(font);
    }

    private static Fill FillOf(PatternValues pattern) => new(new PatternFill { PatternType = pattern });

    private static Fill FillOf(string colour) =>
        new(new PatternFill(new ForegroundColor { Rgb = Rgb(colour) }) { PatternType = PatternValues.Solid });

    private static Border BorderOf(CellBorder border) => border switch
    {
        CellBorder.Below => new(new BottomBorder(ColourOf(Palette.Line)) { Style = BorderStyleValues.Thin }),
        CellBorder.Around => new(
            new LeftBorder(ColourOf(Palette.Line)) { Style = BorderStyleValues.Thin },
            new RightBorder(ColourOf(Palette.Line)) { Style = BorderStyleValues.Thin },
            new TopBorder(ColourOf(Palette.Line)) { Style = BorderStyleValues.Thin },
            new BottomBorder(ColourOf(Palette.Line)) { Style = BorderStyleValues.Thin }),
        _ => new(),
    };

    /// <summary>A colour as a file has it, of RRGGBB.</summary>
    public static Color ColourOf(string colour) => new() { Rgb = Rgb(colour) };

    /// <inheritdoc cref="ColourOf"/>
    public static HexBinaryValue Rgb(string colour) => new("FF" + colour);
}
