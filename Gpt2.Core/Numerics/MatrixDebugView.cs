// What the debugger shows when a matrix is opened: its rows as lines of numbers, and figures that show at a glance
// whether something went wrong. Large matrices are cut off to keep the watch window fast.

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gpt2.Core.Numerics;

/// <summary>The debugger's view of a <see cref="Matrix"/>.</summary>
internal sealed class MatrixDebugView(Matrix matrix)
{
    public const int MaxRows = 64;
    public const int MaxColumns = 12;

    public string Name => matrix.Name;

    public string Shape => string.Create(CultureInfo.InvariantCulture, $"[{matrix.Rows}, {matrix.Columns}]");

    /// <summary>The smallest, mean and largest element, and the number of elements that are not finite.</summary>
    public string Range
    {
        get
        {
            if (matrix.Span.IsEmpty)
            {
                return "empty";
            }

            float least = float.PositiveInfinity, most = float.NegativeInfinity;
            double sum = 0;
            int notFinite = 0;
            foreach (float value in matrix.Span)
            {
                if (float.IsFinite(value))
                {
                    least = Math.Min(least, value);
                    most = Math.Max(most, value);
                    sum += value;
                }
                else
                {
                    notFinite++;
                }
            }

            int finite = matrix.Span.Length - notFinite;
            if (finite == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{notFinite} NOT FINITE");
            }

            double mean = sum / finite;
            string warning = notFinite == 0 ? "" : $", {notFinite} NOT FINITE";
            return string.Create(CultureInfo.InvariantCulture, $"{least:G5} … {most:G5}, mean {mean:G5}{warning}");
        }
    }

    /// <summary>The rows as the watch window lists them.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public RowDebugView[] Rows
    {
        get
        {
            var rows = new RowDebugView[Math.Min(matrix.Rows, MaxRows)];
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = new RowDebugView(row, matrix.Watch?.LabelOf(row), matrix.Row(row).ToArray());
            }

            return rows;
        }
    }
}

/// <summary>One row: its number and its token, its first numbers as a line, and all of them when opened.</summary>
[DebuggerDisplay("{Line,nq}", Name = "{Heading,nq}")]
internal sealed class RowDebugView(int row, string? label, float[] values)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Heading => string.Create(CultureInfo.InvariantCulture, $"[{row}]{(label is null ? "" : " " + label)}");

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Line
    {
        get
        {
            var line = new StringBuilder();
            for (int column = 0; column < values.Length && column < MatrixDebugView.MaxColumns; column++)
            {
                line.Append(column == 0 ? "" : "  ");
                line.Append(values[column].ToString("G5", CultureInfo.InvariantCulture));
            }

            return values.Length > MatrixDebugView.MaxColumns ? line.Append("  …").ToString() : line.ToString();
        }
    }

    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public float[] Values => values;
}
