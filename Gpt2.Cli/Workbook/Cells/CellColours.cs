// The colours of a sheet that depend on what its cells have: conditional formats, which a file lists after the cells.

using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>Collects the conditional formats of a sheet.</summary>
internal sealed class CellColours
{
    /// <summary>Ranges that one rule has; it is repeated for more.</summary>
    private const int MostRanges = 200;

    /// <summary>This share of a table's numbers is not beyond the strongest colour, so that a few large ones do not make all others pale.</summary>
    private const double ShareInScale = 0.98;

    private readonly List<ConditionalFormatting> rules = [];

    public IEnumerable<ConditionalFormatting> Rules => rules;

    /// <summary>Colours cells by sign and size: blue below 0, white at 0, orange above.</summary>
    /// <param name="cells">The cells, in several ranges.</param>
    /// <param name="strongest">The magnitude from which on the colour is strongest.</param>
    public void BySign(IEnumerable<CellRange> cells, double strongest) => AddScale(cells, new ColorScale(
        At(-strongest), At(0), At(strongest),
        StyleSheet.ColourOf(Palette.Below), StyleSheet.ColourOf(Palette.White), StyleSheet.ColourOf(Palette.Above)));

    /// <summary>Colours cells from white at 0 to orange at 1.</summary>
    public void Shares(CellRange cells) => AddScale([cells], new ColorScale(
        At(0), At(1), StyleSheet.ColourOf(Palette.White), StyleSheet.ColourOf(Palette.Above)));

    /// <summary>A bar in each cell, as long as its share of 1.</summary>
    public void Bars(CellRange cells) => Add([cells], new ConditionalFormattingRule(
        new DataBar(At(0), At(1), StyleSheet.ColourOf(Palette.Bar)) { MinLength = 0, MaxLength = 100 })
    {
        Type = ConditionalFormatValues.DataBar,
    });

    /// <summary>A red font in the cells for which a formula, written for the first of them, is true.</summary>
    public void Warn(CellRange cells, string condition) => AddFont(cells, condition, ConditionalFont.Warning);

    /// <summary>A pale font in the cells for which a formula, written for the first of them, is true.</summary>
    public void Fade(CellRange cells, string condition) => AddFont(cells, condition, ConditionalFont.Pale);

    /// <summary>The magnitude that most numbers do not exceed, with two digits.</summary>
    public static double ScaleOf(ReadOnlySpan<float> numbers)
    {
        const int enough = 1 << 16;
        int stride = Math.Max(1, numbers.Length / enough);
        var magnitudes = new List<float>(enough);
        for (int i = 0; i < numbers.Length; i += stride)
        {
            magnitudes.Add(Math.Abs(numbers[i]));
        }

        magnitudes.Sort();
        float scale = magnitudes.Count == 0 ? 0 : magnitudes[(int)(ShareInScale * (magnitudes.Count - 1))];
        return scale > 0 ? double.Parse(scale.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : 1;
    }

    private void AddFont(CellRange cells, string condition, ConditionalFont font) =>
        Add([cells], new ConditionalFormattingRule(new Formula(condition))
        {
            Type = ConditionalFormatValues.Expression,
            FormatId = (uint)font,
        });

    private void AddScale(IEnumerable<CellRange> cells, ColorScale scale) =>
        Add(cells, new ConditionalFormattingRule(scale) { Type = ConditionalFormatValues.ColorScale });

    private void Add(IEnumerable<CellRange> cells, ConditionalFormattingRule rule)
    {
        foreach (CellRange[] ranges in cells.Chunk(MostRanges))
        {
            var own = (ConditionalFormattingRule)rule.CloneNode(deep: true);
            own.Priority = rules.Count + 1;
            rules.Add(new ConditionalFormatting(own)
            {
                SequenceOfReferences = new ListValue<StringValue>(ranges.Select(range => new StringValue(Reference.Local(range)))),
            });
        }
    }

    private static ConditionalFormatValueObject At(double number) => new()
    {
        Type = ConditionalFormatValueObjectValues.Number,
        Val = number.ToString(CultureInfo.InvariantCulture),
    };
}
