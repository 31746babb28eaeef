// The look of tables: plain columns, right-aligned numbers, readable in a terminal and in a file.

using Spectre.Console;

namespace Gpt2.Cli.Output;

/// <summary>Makes tables of one style.</summary>
internal static class Tables
{
    /// <param name="columns">Headings; those that start with '>' belong to right-aligned columns.</param>
    public static Table Create(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple).LeftAligned();
        foreach (string column in columns)
        {
            bool right = column.StartsWith('>');
            var heading = new TableColumn(new Text(right ? column[1..] : column, new Style(decoration: Decoration.Bold)));
            table.AddColumn(right ? heading.RightAligned().NoWrap() : heading.LeftAligned());
        }

        return table;
    }

    /// <summary>Adds a row of literal texts.</summary>
    public static void Row(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>A bar of a width in proportion to a share from 0 to 1.</summary>
    public static string Bar(double share, int width = 20)
    {
        const string Eighths = " ▏▎▍▌▋▊▉";
        int eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * width * 8);
        string rest = eighths % 8 == 0 ? "" : Eighths[eighths % 8].ToString();
        return new string('█', eighths / 8) + rest;
    }
}
