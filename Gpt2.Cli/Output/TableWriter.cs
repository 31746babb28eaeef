// Tables as they are produced: the first rows determine how wide the columns are, and every further row is written at
// once, so a table of a million rows takes no memory and shows its beginning immediately. Files and pipes get every
// cell whole; a screen gets what fits (see TableLayout).

using System.Text;
using Gpt2.Cli.CommandLine;
using Spectre.Console;

namespace Gpt2.Cli.Output;

/// <summary>Writes one table to the result.</summary>
/// <param name="io">Where to write.</param>
/// <param name="columns">The columns.</param>
internal sealed class TableWriter(CommandIo io, params Column[] columns)
{
    /// <summary>Number of rows that determine the widths.</summary>
    public const int Sample = 256;

    private const int WrittenAtOnce = 8192;

    private static readonly Style Bold = new(decoration: Decoration.Bold);

    private readonly List<Cell[]> waiting = [];
    private readonly StringBuilder pending = new();
    private TableLayout? layout;

    /// <summary>Whether the columns have headings.</summary>
    public bool HasHeadings { get; init; } = columns.Any(column => column.Heading.Length > 0);

    /// <summary>Adds a row.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed.</exception>
    public void Row(params Cell[] cells)
    {
        io.Cancellation.ThrowIfCancellationRequested();
        if (layout is not null)
        {
            Write(cells);
            return;
        }

        waiting.Add(cells);
        if (waiting.Count == Sample)
        {
            Begin();
        }
    }

    /// <summary>Writes what is left.</summary>
    public void End()
    {
        if (layout is null)
        {
            Begin();
        }

        if (io.OutIsTerminal)
        {
            io.Out.WriteLine();
        }

        Flush();
    }

    private void Begin()
    {
        layout = TableLayout.Of(columns, waiting, HasHeadings, io.Width);
        if (HasHeadings && layout.Columns.Count > 0)
        {
            Line([.. layout.Columns.Select(column => new Cell(TableLayout.HeadingOf(columns[column.Index], layout.Brief), Bold))]);
            Append([new Cell(new string('─', Math.Min(layout.Width + layout.Margin, io.Width ?? int.MaxValue)))]);
        }

        foreach (Cell[] row in waiting)
        {
            Write(row);
        }

        waiting.Clear();
        Flush();
    }

    private void Write(Cell[] row)
    {
        if (layout!.Columns.Count == 0)
        {
            WriteStacked(row);
            return;
        }

        string[][] lines = [.. layout.Columns.Select(column => LinesOf(row[column.Index].Text, column))];
        bool hasLongWord = layout.Columns.Zip(lines).Any(pair =>
            columns[pair.First.Index].Separator is not null && pair.Second.Any(line => DisplayText.Width(line) > pair.First.Width));
        if (hasLongWord && io.Width is not null)
        {
            WriteStacked(row);
            return;
        }

        for (int i = 0; i < lines.Max(cell => cell.Length); i++)
        {
            Line([.. lines.Select((cell, place) => new Cell(i < cell.Length ? cell[i] : "", row[layout.Columns[place].Index].Style))]);
        }
    }

    private string[] LinesOf(string text, (int Index, int Width) column)
    {
        Column chosen = columns[column.Index];
        return io.Width is null ? text.Split('\n')
            : chosen.Separator is string separator ? [.. DisplayText.Wrapped(text, column.Width, separator: separator)]
            : chosen.Flow == Flow.Cut ? [DisplayText.Cut(text, column.Width)]
            : text.Split('\n');
    }

    /// <summary>
    /// Writes a row that does not fit into the columns, such as one with a long path: its first cell, and below it the
    /// others, numbers with their headings.
    /// </summary>
    private void WriteStacked(Cell[] row)
    {
        string margin = new(' ', layout!.Margin), indent = margin;
        bool first = true;
        foreach ((Cell cell, Column column) in row.Zip(columns).Where(pair => pair.First.Text.Length > 0 && pair.Second.Drop < Column.Decoration))
        {
            string heading = !first && column is { Right: true, Heading.Length: > 0 } ? TableLayout.HeadingOf(column, brief: true) + " " : "";
            bool wraps = column.Separator is not null;
            bool fits = DisplayText.Width(indent + heading + cell.Text) <= io.Width;
            bool alone = fits || wraps || heading.Length == 0;
            string text = indent + heading + (alone ? "" : "\n" + indent) + cell.Text.ReplaceLineEndings("\n" + indent);
            foreach (string line in wraps ? DisplayText.Wrapped(text, io.Width, indent.Length) : text.Split('\n'))
            {
                Append([new Cell(line, cell.Style)]);
            }

            first = false;
            indent = margin + "  ";
        }
    }

    private void Line(Cell[] cells)
    {
        var parts = new List<Cell> { new(new string(' ', layout!.Margin)) };
        int end = Array.FindLastIndex(cells, cell => cell.Text.Length > 0);
        for (int place = 0; place <= end; place++)
        {
            (int index, int width) = layout.Columns[place];
            bool last = place == end;
            string text = DisplayText.Padded(cells[place].Text, width, columns[index].Right);
            parts.Add(cells[place] with { Text = last ? text.TrimEnd() : text });
            parts.Add(new Cell(new string(' ', last ? 0 : layout.Gap)));
        }

        Append(parts);
    }

    /// <summary>
    /// For a file or pipe, lines are collected for a moment: one system call per line would take longer than the rest.
    /// </summary>
    private void Append(List<Cell> parts)
    {
        if (io.OutIsTerminal)
        {
            io.WriteLine(parts);
            return;
        }

        int start = pending.Length;
        foreach (Cell part in parts)
        {
            pending.Append(part.Text);
        }

        while (pending.Length > start && pending[^1] == ' ')
        {
            pending.Length--;
        }

        pending.Append(io.Out.NewLine);
        if (pending.Length >= WrittenAtOnce)
        {
            Flush();
        }
    }

    private void Flush()
    {
        io.Out.Write(pending.ToString());
        pending.Clear();
        io.Out.Flush();
    }
}
