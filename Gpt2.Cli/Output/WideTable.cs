// A table with a column for every token of the prompt. A screen gets it in groups of as many columns as fit, one below another, each with
// the labels of the rows again; files and pipes get it whole.

using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Output;

/// <summary>Writes wide tables.</summary>
internal static class WideTable
{
    private const int Margin = 2, Gap = 3;

    /// <param name="io">Where to write.</param>
    /// <param name="labels">The columns that every group begins with.</param>
    /// <param name="columns">The columns that are divided into groups.</param>
    /// <param name="rows">The cells of both.</param>
    public static void Write(CommandIo io, Column[] labels, Column[] columns, (Cell[] Labels, Cell[] Cells)[] rows)
    {
        int first = 0;
        while (first < columns.Length)
        {
            int end = End(io.Width, labels, columns, rows, first), count = end - first;
            var table = new TableWriter(io, [.. labels, .. columns[first..end]]);
            foreach ((Cell[] label, Cell[] cells) in rows)
            {
                table.Row([.. label, .. cells.AsSpan(first, count)]);
            }

            table.End();
            first = end;
        }
    }

    /// <summary>The end of the group that begins with a column, of which there is at least one.</summary>
    private static int End(int? screen, Column[] labels, Column[] columns, (Cell[] Labels, Cell[] Cells)[] rows, int first)
    {
        int width = Margin + labels.Select((column, i) => WidthOf(column, rows.Select(row => row.Labels[i])) + Gap).Sum();
        int end = first;
        while (end < columns.Length)
        {
            int place = end;
            width += WidthOf(columns[place], rows.Select(row => row.Cells[place]));
            if (end > first && width > screen)
            {
                break;
            }

            width += Gap;
            end++;
        }

        return end;
    }

    private static int WidthOf(Column column, IEnumerable<Cell> cells) =>
        cells.Select(cell => DisplayText.Width(cell.Text)).Append(DisplayText.Width(column.Heading)).Append(column.Least).Max();
}
