// Writes a trace as one CSV file per matrix, plain or with labels for rows and columns.

using System.Globalization;
using Gpt2.Core.Numerics;
using static System.FormattableString;

namespace Gpt2.Core.Tracing;

/// <summary>Writes traces as CSV files.</summary>
public static class TraceExport
{
    /// <summary>Writes some matrices of a trace into an existing folder.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="entries">The entries of the trace to write.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="tokenLabels">
    /// A label for each id of the vocabulary, in which case all rows and columns are labelled; null for plain numbers.
    /// </param>
    /// <param name="cancellation">Stops between matrices.</param>
    public static void Write(
        ForwardTrace trace, IEnumerable<TraceEntry> entries, string folder, Func<int, string>? tokenLabels = null,
        CancellationToken cancellation = default)
    {
        foreach (TraceEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            string path = Path.Combine(folder, entry.File + ".csv");
            if (tokenLabels is null)
            {
                CsvMatrixFile.Write(path, entry.Matrix);
            }
            else
            {
                CsvMatrixFile.Write(path, entry.Matrix, ColumnLabels(trace, entry, tokenLabels), RowLabels(trace, entry, tokenLabels));
            }
        }
    }

    private static string[] RowLabels(ForwardTrace trace, TraceEntry entry, Func<int, string> tokenLabels)
    {
        // A matrix with fewer rows than tokens holds the rows of the last tokens.
        int first = trace.Ids.Count - entry.Matrix.Rows;
        return [.. trace.Ids.Skip(first).Select(tokenLabels)];
    }

    private static string[] ColumnLabels(ForwardTrace trace, TraceEntry entry, Func<int, string> tokenLabels)
    {
        int columns = entry.Matrix.Columns;
        int tokens = trace.Ids.Count;
        IEnumerable<string> labels = entry.Columns switch
        {
            TraceColumns.Vocabulary => Enumerable.Range(0, columns).Select(tokenLabels),
            TraceColumns.HeadsAndTokens => Enumerable.Range(0, columns)
                .Select(column => Invariant($"head {column / tokens}:") + tokenLabels(trace.Ids[column % tokens])),
            _ => Enumerable.Range(0, columns).Select(column => column.ToString(CultureInfo.InvariantCulture)),
        };
        return ["token", .. labels];
    }
}
