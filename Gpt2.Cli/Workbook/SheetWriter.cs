// One worksheet, written from top to bottom while its rows come about, so that a sheet of millions of cells needs little memory. What follows
// the rows in the file, colours and links, is kept until the end.

using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook;

/// <summary>How a sheet looks as a whole.</summary>
/// <param name="FrozenRows">Rows that stay when the sheet is scrolled; 0 for none, and then no columns either.</param>
/// <param name="FrozenColumns">Columns that stay.</param>
/// <param name="TabColour">The colour of its tab, RRGGBB.</param>
/// <param name="Widths">The widths of its first columns, in characters.</param>
/// <param name="OtherWidth">The width of all further columns.</param>
internal sealed record SheetLook(int FrozenRows, int FrozenColumns, string TabColour, double[] Widths, double OtherWidth);

/// <summary>What a cell shows until the program that opened the workbook computes it: a number or a text, "" if it is empty.</summary>
internal readonly record struct Shown(double Number, string? Text)
{
    public static Shown Nothing => new(0, "");

    public static implicit operator Shown(double number) => new(number, null);

    public static implicit operator Shown(string text) => new(0, text);
}

/// <summary>Writes a worksheet.</summary>
internal sealed class SheetWriter : IDisposable
{
    private const string White = "FFFFFF";

    /// <summary>Ranges that one rule of colours has; the rule is repeated for more.</summary>
    private const int MostRanges = 200;

    private readonly OpenXmlWriter writer;
    private readonly List<OpenXmlElement> colours = [];
    private readonly List<Hyperlink> links = [];
    private readonly Dictionary<FilledFormula, int> filledFormulas = [];
    private readonly Cell cell = new();
    private readonly CellValue value = new();
    private readonly CellFormula formula = new();
    private readonly List<OpenXmlAttribute> attributes = new(4);
    private int row = -1;

    public SheetWriter(Stream stream, string name, SheetLook look, bool isFirst = false)
    {
        Name = name;
        writer = OpenXmlWriter.Create(stream);
        writer.WriteStartDocument(standalone: true);
        writer.WriteStartElement(new Worksheet());
        writer.WriteElement(new SheetProperties { TabColor = new TabColor { Rgb = Rgb(look.TabColour) } });
        writer.WriteElement(new SheetViews(ViewOf(look, isFirst)));
        writer.WriteElement(new SheetFormatProperties { DefaultRowHeight = 15 });
        var columns = new Columns();
        uint next = 1;
        foreach (double width in look.Widths)
        {
            columns.Append(new Column { Min = next, Max = next, Width = width, CustomWidth = true });
            next++;
        }

        columns.Append(new Column { Min = next, Max = Reference.MostColumns, Width = look.OtherWidth, CustomWidth = true });
        writer.WriteElement(columns);
        writer.WriteStartElement(new SheetData());
    }

    /// <summary>The sheet's name.</summary>
    public string Name { get; }

    /// <summary>The title in the first row, and the way back to the first sheet in the second, which stays open for more.</summary>
    public void Head(string title)
    {
        Row(0, 24);
        Text(0, title, CellLook.Title);
        Row(1);
        Text(0, "\u2190 start", CellLook.Link);
        Link(1, 0, new CellRange(WorkbookPlan.StartSheet, 0, 0));
    }

    /// <summary>Begins a row below those written so far.</summary>
    public void Row(int index, double? height = null)
    {
        EndRow();
        row = index;
        attributes.Clear();
        Add("r", (index + 1).ToString(CultureInfo.InvariantCulture));
        if (height is double points)
        {
            Add("ht", points.ToString(CultureInfo.InvariantCulture));
            Add("customHeight", "1");
        }

        writer.WriteStartElement(new Row(), attributes);
    }

    /// <summary>A cell with a text, right of those written so far in the row.</summary>
    public void Text(int column, string text, CellLook look)
    {
        Begin(column, look, "inlineStr");
        writer.WriteElement(new InlineString(new Text(SheetText.Escaped(SheetText.Fitting(text))) { Space = SpaceProcessingModeValues.Preserve }));
        writer.WriteEndElement();
    }

    /// <summary>A cell with a number.</summary>
    public void Number(int column, float number, CellLook look)
    {
        Begin(column, look, null);
        Value(number.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndElement();
    }

    /// <summary>Cells side by side without content.</summary>
    public void Empty(int column, CellLook look, int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            Begin(column + i, look, null);
            writer.WriteEndElement();
        }
    }

    /// <summary>A cell with a formula of its own.</summary>
    public void Formula(int column, string text, Shown shown, CellLook look)
    {
        Begin(column, look, shown.Text is null ? null : "str");
        attributes.Clear();
        writer.WriteStartElement(formula, attributes);
        writer.WriteString(text);
        writer.WriteEndElement();
        EndFormula(shown);
    }

    /// <summary>A cell of a range that a formula fills. The first cell must be written first.</summary>
    public void Formula(int column, FilledFormula filled, Shown shown)
    {
        Begin(column, filled.Look, shown.Text is null ? null : "str");
        attributes.Clear();
        Add("t", "shared");
        bool isFirst = !filledFormulas.TryGetValue(filled, out int index);
        if (isFirst)
        {
            index = filledFormulas.Count;
            filledFormulas.Add(filled, index);
            Add("ref", Reference.Local(filled.Cells));
        }

        Add("si", index.ToString(CultureInfo.InvariantCulture));
        writer.WriteStartElement(formula, attributes);
        if (isFirst)
        {
            writer.WriteString(filled.Formula);
        }

        writer.WriteEndElement();
        EndFormula(shown);
    }

    /// <summary>Makes a cell of this sheet a link.</summary>
    /// <param name="atRow">Its row.</param>
    /// <param name="column">Its column.</param>
    /// <param name="target">Where the link leads.</param>
    public void Link(int atRow, int column, CellRange target) =>
        links.Add(new Hyperlink { Reference = Reference.Cell(atRow, column), Location = Reference.Full(target) });

    /// <summary>Colours cells by sign and size: blue below 0, white at 0, orange above.</summary>
    /// <param name="cells">The cells, in several ranges.</param>
    /// <param name="strongest">The magnitude from which on the colour is strongest.</param>
    public void ColourBySign(IEnumerable<CellRange> cells, double strongest) => Colour(cells, new ColorScale(
        At(-strongest), At(0), At(strongest), ColourOf(Palette.Below), ColourOf(White), ColourOf(Palette.Above)));

    /// <summary>Colours cells from white at 0 to orange at 1.</summary>
    public void ColourShares(IEnumerable<CellRange> cells) => Colour(cells, new ColorScale(
        At(0), At(1), ColourOf(White), ColourOf(Palette.Above)));

    /// <summary>A bar in each cell, as long as its share of 1.</summary>
    public void Bars(CellRange cells) => Colour([cells], new DataBar(At(0), At(1), ColourOf(Palette.Bar)) { MinLength = 0, MaxLength = 100 });

    /// <summary>Red letters in the cells for which a formula, written for the first of them, is true.</summary>
    public void Warn(CellRange cells, string condition) => AddRule([cells], new ConditionalFormattingRule(new Formula(condition))
    {
        Type = ConditionalFormatValues.Expression,
        FormatId = 0,
    });

    public void Dispose()
    {
        EndRow();
        writer.WriteEndElement();
        foreach (OpenXmlElement colour in colours)
        {
            writer.WriteElement(colour);
        }

        if (links.Count > 0)
        {
            writer.WriteElement(new Hyperlinks(links));
        }

        // Excel would mark the edge of the triangle of attention, and tokens such as "7".
        writer.WriteElement(new IgnoredErrors(new IgnoredError
        {
            SequenceOfReferences = new ListValue<StringValue>([new StringValue($"A1:{Reference.Cell(Reference.MostRows - 1, Reference.MostColumns - 1)}")]),
            NumberStoredAsText = true,
            Formula = true,
            FormulaRange = true,
        }));

        writer.WriteEndElement();
        writer.Dispose();
    }

    private void Colour(IEnumerable<CellRange> cells, OpenXmlElement scale) => AddRule(cells, new ConditionalFormattingRule(scale)
    {
        Type = scale is DataBar ? ConditionalFormatValues.DataBar : ConditionalFormatValues.ColorScale,
    });

    private void AddRule(IEnumerable<CellRange> cells, ConditionalFormattingRule rule)
    {
        foreach (CellRange[] ranges in cells.Chunk(MostRanges))
        {
            var own = (ConditionalFormattingRule)rule.CloneNode(deep: true);
            own.Priority = colours.Count + 1;
            colours.Add(new ConditionalFormatting(own)
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

    private static Color ColourOf(string colour) => new() { Rgb = Rgb(colour) };

    private static HexBinaryValue Rgb(string colour) => new("FF" + colour);

    private static SheetView ViewOf(SheetLook look, bool isFirst)
    {
        var view = new SheetView { WorkbookViewId = 0, ShowGridLines = false, TabSelected = isFirst ? true : null };
        if (look.FrozenRows > 0)
        {
            PaneValues pane = look.FrozenColumns == 0 ? PaneValues.BottomLeft : PaneValues.BottomRight;
            view.Append(new Pane
            {
                HorizontalSplit = look.FrozenColumns == 0 ? null : look.FrozenColumns,
                VerticalSplit = look.FrozenRows,
                TopLeftCell = Reference.Cell(look.FrozenRows, look.FrozenColumns),
                ActivePane = pane,
                State = PaneStateValues.Frozen,
            });
            view.Append(new Selection { Pane = pane, ActiveCell = Reference.Cell(look.FrozenRows, look.FrozenColumns) });
        }

        return view;
    }

    private void Begin(int column, CellLook look, string? type)
    {
        attributes.Clear();
        Add("r", Reference.Cell(row, column));
        Add("s", ((int)look).ToString(CultureInfo.InvariantCulture));
        if (type is not null)
        {
            Add("t", type);
        }

        writer.WriteStartElement(cell, attributes);
    }

    private void EndFormula(Shown shown)
    {
        Value(shown.Text is string text ? SheetText.Escaped(SheetText.Fitting(text)) : shown.Number.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndElement();
    }

    private void Value(string text)
    {
        attributes.Clear();
        writer.WriteStartElement(value, attributes);
        writer.WriteString(text);
        writer.WriteEndElement();
    }

    private void EndRow()
    {
        if (row >= 0)
        {
            writer.WriteEndElement();
            row = -1;
        }
    }

    private void Add(string name, string text) => attributes.Add(new OpenXmlAttribute("", name, "", text));
}
