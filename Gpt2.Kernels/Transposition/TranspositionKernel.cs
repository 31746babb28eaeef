// Transposing a matrix tile by tile, so that both matrices are accessed in whole cache lines.

namespace Gpt2.Kernels.Transposition;

/// <summary>destination[column, row] = source[row, column]</summary>
public static class TranspositionKernel
{
    private const int Tile = 16;

    /// <summary>Copies the transpose of a matrix.</summary>
    /// <param name="source">[rows, columns], where columns is its length / <paramref name="rows"/>.</param>
    /// <param name="rows">Rows of the source, at least 1.</param>
    /// <param name="destination">[columns, rows]; must not overlap the source.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or memory overlaps.</exception>
    public static void Copy(ReadOnlySpan<float> source, int rows, Span<float> destination)
    {
        int columns = Require.WholeRows(source.Length, rows);
        Require.Length(destination.Length, source.Length);
        Require.Apart(source, destination);
        for (int top = 0; top < rows; top += Tile)
        {
            int bottom = Math.Min(top + Tile, rows);
            for (int left = 0; left < columns; left += Tile)
            {
                int right = Math.Min(left + Tile, columns);
                for (int column = left; column < right; column++)
                {
                    Span<float> to = destination.Slice((column * rows) + top, bottom - top);
                    int from = (top * columns) + column;
                    for (int i = 0; i < to.Length; i++)
                    {
                        to[i] = source[from];
                        from += columns;
                    }
                }
            }
        }
    }
}
