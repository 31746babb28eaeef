// Copying columns of one matrix to columns of another. Nothing is computed, so the rungs differ only in threads.

namespace Gpt2.Kernels.CopyColumns;

/// <summary>destination[r, to + c] = source[r, from + c]</summary>
public abstract class CopyColumnsKernel
{
    private protected CopyColumnsKernel()
    {
    }

    /// <summary>Copies some columns of every row.</summary>
    /// <param name="source">[rows, sourceColumns]</param>
    /// <param name="sourceColumns">Columns of the source, at least 1.</param>
    /// <param name="from">The first column to copy.</param>
    /// <param name="columns">Number of columns to copy, at least 0.</param>
    /// <param name="to">The first column of the destination to write; the others stay as they are.</param>
    /// <param name="destinationColumns">Columns of the destination, at least 1.</param>
    /// <param name="destination">[rows, destinationColumns]; must not overlap the sources.</param>
    /// <exception cref="ArgumentException">
    /// Lengths do not match, columns are outside a matrix, or memory is shared.
    /// </exception>
    public void Apply(
        ReadOnlySpan<float> source, int sourceColumns, int from, int columns, int to, int destinationColumns, Span<float> destination)
    {
        int rows = Require.WholeRows(source.Length, sourceColumns);
        Require.Length(destination.Length, Require.Product(rows, destinationColumns));
        Require.Inside(from, columns, sourceColumns);
        Require.Inside(to, columns, destinationColumns);
        Require.Apart(source, destination);
        var copy = new Copy
        {
            Source = source,
            SourceColumns = sourceColumns,
            From = from,
            Rows = rows,
            Columns = columns,
            Destination = destination,
            DestinationColumns = destinationColumns,
            To = to,
        };
        Run(copy);
    }

    private protected abstract void Run(Copy copy);

    /// <summary>The checked arguments.</summary>
    private protected ref struct Copy
    {
        public ReadOnlySpan<float> Source;
        public int SourceColumns, From, Rows, Columns;
        public Span<float> Destination;
        public int DestinationColumns, To;

        public readonly void Some(int firstRow, int rows)
        {
            for (int row = firstRow; row < firstRow + rows; row++)
            {
                Source.Slice((row * SourceColumns) + From, Columns).CopyTo(Destination[((row * DestinationColumns) + To)..]);
            }
        }
    }
}
