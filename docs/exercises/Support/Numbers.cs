// Numbers to compute with: the same in every run, and none of them special.

namespace Exercises.Support;

public static class Numbers
{
    public static float[] Row(int length, int seed, float size = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => size * (2 * random.NextSingle() - 1))];
    }

    public static float[,] Table(int rows, int columns, int seed, float size = 1)
    {
        float[] numbers = Row(rows * columns, seed, size);
        return Of(rows, columns, (row, column) => numbers[row * columns + column]);
    }

    /// <summary>A table from a formula.</summary>
    public static float[,] Of(int rows, int columns, Func<int, int, double> cell)
    {
        float[,] table = new float[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                table[row, column] = (float)cell(row, column);
            }
        }

        return table;
    }

    /// <summary>A table with a formula applied to each cell.</summary>
    public static float[,] Map(float[,] table, Func<float, double> change) =>
        Of(table.GetLength(0), table.GetLength(1), (row, column) => change(table[row, column]));

    public static float[,] Transposed(float[,] table) => Of(table.GetLength(1), table.GetLength(0), (row, column) => table[column, row]);

    /// <summary>A table row by row.</summary>
    public static float[] Flat(float[,] table) => [.. table.Cast<float>()];

    public static float[] RowOf(float[,] table, int row) => [.. Enumerable.Range(0, table.GetLength(1)).Select(column => table[row, column])];

    public static float[,] Copy(float[,] table) => (float[,])table.Clone();
}
