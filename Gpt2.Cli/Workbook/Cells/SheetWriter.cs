// One worksheet, written from top to bottom while its rows come about, so that a sheet of millions of cells needs little memory. What follows
// the rows in the file, colours and links, is kept until the end.

using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>What a file has beside a formula, and a program shows until it computes that: a number or a text, "" if the cell is empty.</summary>
internal readonly record struct CachedValue(double Number, string? Text)
{
    public static CachedValue Nothing => new(0, "");

    public static CachedValue Of(int? number) => number is int known ? known : Nothing;

    public static implicit operator CachedValue(double number) => new(number, null);

    public static implicit operator CachedValue(string text) => new(0, text);
}

/// <summary>Writes a worksheet.</summary>
internal sealed class SheetWriter : IDisposable
{
    private readonly OpenXmlWriter writer;
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
        writer.WriteElement(new SheetProperties { TabColor = new TabColor { Rgb = StyleSheet.Rgb(look.TabColour) } });
        writer.WriteElement(new SheetViews(look.ToView(isFirst)));
        writer.WriteElement(new SheetFormatProperties { DefaultRowHeight = 15 });
        writer.WriteElement(look.ToColumns());
        writer.WriteStartElement(new SheetData());
    }

    /// <summary>The sheet's name.</summary>
    public string Name { get; }

    /// <summary>The colours that depend on what cells have.</summary>
    public CellColours Colours { get; } = new();

    /// <summary>The title in the first row, and the way back to the first sheet in the second, which stays open for more.</summary>
    /// <param name="title">The title.</param>
    /// <param name="start">The cell to which the way leads.</param>
    public void Title(string title, CellRange start)
    {
        Row(0, 24);
        Text(0, title, CellLook.Title);
        Row(1);
        Text(0, "\u2190 start", CellLook.Link);
        Link(1, 0, start);
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
    public void Formula(int column, string text, CachedValue cached, CellLook look)
    {
        Begin(column, look, cached.Text is null ? null : "str");
        attributes.Clear();
        writer.WriteStartElement(formula, attributes);
        writer.WriteString(text);
        writer.WriteEndElement();
        EndFormula(cached);
    }

    /// <summary>A cell of a range that a formula fills. The first cell of the range must be written first.</summary>
    public void Formula(int column, FilledFormula filled, CachedValue cached)
    {
        if (!filled.CanBeShared)
        {
            Formula(column, filled.At(row, column), cached, filled.Look);
            return;
        }

        Begin(column, filled.Look, cached.Text is null ? null : "str");
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
        EndFormula(cached);
    }

    /// <summary>Makes a cell of this sheet a link.</summary>
    /// <param name="atRow">Its row.</param>
    /// <param name="column">Its column.</param>
    /// <param name="target">Where the link leads.</param>
    public void Link(int atRow, int column, CellRange target) =>
        links.Add(new Hyperlink { Reference = Reference.Cell(atRow, column), Location = Reference.Full(target) });

    public void Dispose()
    {
        EndRow();
        writer.WriteEndElement();
        foreach (ConditionalFormatting rule in Colours.Rules)
        {
            writer.WriteElement(rule);
        }

        if (links.Count > 0)
        {
            writer.WriteElement(new Hyperlinks(links));
        }

        // Excel would mark the edge of the triangle of attention, and tokens such as "7".
        var all = new CellRange(Name, 0, 0, Reference.MostRows, Reference.MostColumns);
        writer.WriteElement(new IgnoredErrors(new IgnoredError
        {
            SequenceOfReferences = new ListValue<StringValue>([new StringValue(Reference.Local(all))]),
            NumberStoredAsText = true,
            Formula = true,
            FormulaRange = true,
        }));

        writer.WriteEndElement();
        writer.Dispose();
    }

    private void Begin(int column, CellLook look, string? type)
    {
        attributes.Clear();
        Add("r", Reference.Cell(row, column));
        Add("s", StyleSheet.IndexOf(look).ToString(CultureInfo.InvariantCulture));
        if (type is not null)
        {
            Add("t", type);
        }

        writer.WriteStartElement(cell, attributes);
    }

    private void EndFormula(CachedValue cached)
    {
        Value(cached.Text is string text ? SheetText.Escaped(SheetText.Fitting(text)) : cached.Number.ToString(CultureInfo.InvariantCulture));
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
