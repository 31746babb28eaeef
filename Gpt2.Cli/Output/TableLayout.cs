// Which columns of a table are shown and how wide they are, so that rows fit on the screen.

namespace Gpt2.Cli.Output;

/// <summary>
/// The chosen columns from left to right; empty if not even the essential ones fit and every cell gets its own line.
/// </summary>
/// <param name="Columns">Indices of the columns in a row, with their widths.</param>
/// <param name="Brief">Whether to use short headings.</param>
/// <param name="Margin">Spaces before the first column.</param>
/// <param name="Gap">Spaces between columns.</param>
internal sealed record TableLayout(IReadOnlyList<(int Index, int Width)> Columns, bool Brief, int Margin, int Gap)
{
    /// <summary>Widths that a shrinkable cell keeps: while there is something else to drop, and in the end.</summary>
    private const int Comfortable = 16, Narrowest = 8;

    /// <summary>Minimum width of a column of prose.</summary>
    private const int NarrowestProse = 20;

    /// <summary>The width of a line.</summary>
    public int Width => Margin + Columns.Sum(column => column.Width) + (Gap * Math.Max(0, Columns.Count - 1));

    /// <summary>
    /// The layout for some rows. As room gets scarce, first decoration is dropped, then the space between columns, then
    /// long headings, then the columns that are not essential.
    /// </summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">The rows known so far.</param>
    /// <param name="headings">Whether headings are shown.</param>
    /// <param name="screen">Width of the screen; null for a file or a pipe.</param>
    public static TableLayout Of(IReadOnlyList<Column> columns, IReadOnlyList<Cell[]> rows, bool headings, int? screen)
    {
        int[] natural = [.. columns.Select((column, i) => Math.Max(column.Least, Widest(rows, i, DisplayText.Width)))];
        int Least(int i, int kept) => columns[i].Flow switch
        {
            Flow.Whole => natural[i],
            Flow.Cut => Math.Min(natural[i], kept),
            _ => Math.Min(natural[i], NarrowestProse),
        };

        int[] drops = [.. columns.Select(column => column.Drop).Where(drop => drop is > 0 and < Column.Decoration).Distinct().OrderDescending()];
        IEnumerable<(int Below, bool Brief, bool Tight, int Kept)> attempts =
        [
            (int.MaxValue, false, false, Comfortable), (Column.Decoration, false, false, Comfortable), (Column.Decoration, false, true, Comfortable),
            (Column.Decoration, true, true, Comfortable), .. drops.Select(drop => (drop, true, true, Comfortable)), (1, true, true, Narrowest),
        ];
        foreach ((int below, bool brief, bool tight, int narrowest) in attempts)
        {
            (int Index, int Width)[] kept =
            [
                .. columns.Select((column, i) =>
                    (Index: i, Width: Math.Max(Least(i, narrowest), headings ? DisplayText.Width(HeadingOf(column, brief)) : 0)))
                    .Where(column => columns[column.Index].Drop < below),
            ];
            var layout = new TableLayout(kept, brief, Margin: tight ? 0 : 2, Gap: tight ? 2 : 3);
            if (screen is null || layout.Width <= screen)
            {
                return layout with { Columns = Widened(kept, natural, screen - layout.Width) };
            }
        }

        return new TableLayout([], Brief: true, Margin: 0, Gap: 0);
    }

    /// <summary>The heading of a column in a layout.</summary>
    public static string HeadingOf(Column column, bool brief) => brief ? column.Short ?? column.Heading : column.Heading;

    /// <summary>Distributes the remaining room among the columns that can use it.</summary>
    private static (int Index, int Width)[] Widened((int Index, int Width)[] columns, int[] natural, int? room)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            int wanted = Math.Max(0, natural[columns[i].Index] - columns[i].Width);
            int given = room is int left ? Math.Min(left, wanted) : wanted;
            columns[i].Width += given;
            room -= given;
        }

        return columns;
    }

    private static int Widest(IReadOnlyList<Cell[]> rows, int column, Func<string, int> measure) => rows
        .SelectMany(row => row[column].Text.Split('\n')).Select(measure).DefaultIfEmpty().Max();
}
