// How a sheet looks as a whole: what stays in view when it is scrolled, the colour of its tab, and the widths of its columns.

using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Gpt2.Cli.Workbook.Cells;

/// <summary>The look of a sheet.</summary>
/// <param name="FrozenRows">Rows that stay when the sheet is scrolled; 0 for none, and then no columns either.</param>
/// <param name="FrozenColumns">Columns that stay.</param>
/// <param name="TabColour">The colour of its tab, RRGGBB.</param>
/// <param name="Widths">The widths of its first columns, in characters.</param>
/// <param name="OtherWidth">The width of all further columns.</param>
/// <param name="Selected">The cell that is selected at first, if not the first one; only where nothing is frozen.</param>
internal sealed record SheetLook(int FrozenRows, int FrozenColumns, string TabColour, double[] Widths, double OtherWidth, string? Selected = null)
{
    public Columns ToColumns()
    {
        var columns = new Columns();
        uint next = 1;
        foreach (double width in Widths)
        {
            columns.Append(new Column { Min = next, Max = next, Width = width, CustomWidth = true });
            next++;
        }

        columns.Append(new Column { Min = next, Max = Reference.MostColumns, Width = OtherWidth, CustomWidth = true });
        return columns;
    }

    /// <param name="isFirst">Whether it is the sheet that is shown when the workbook is opened.</param>
    public SheetView ToView(bool isFirst)
    {
        var view = new SheetView { WorkbookViewId = 0, ShowGridLines = false, TabSelected = isFirst ? true : null };
        if (FrozenRows > 0)
        {
            PaneValues pane = FrozenColumns == 0 ? PaneValues.BottomLeft : PaneValues.BottomRight;
            string firstCell = Reference.Cell(FrozenRows, FrozenColumns);
            view.Append(new Pane
            {
                HorizontalSplit = FrozenColumns == 0 ? null : FrozenColumns,
                VerticalSplit = FrozenRows,
                TopLeftCell = firstCell,
                ActivePane = pane,
                State = PaneStateValues.Frozen,
            });
            Selection selection = SelectionOf(firstCell);
            selection.Pane = pane;
            view.Append(selection);
        }
        else if (Selected is not null)
        {
            view.Append(SelectionOf(Selected));
        }

        return view;
    }

    private static Selection SelectionOf(string cell) => new()
    {
        ActiveCell = cell,
        SequenceOfReferences = new ListValue<StringValue>([new StringValue(cell)]),
    };
}
