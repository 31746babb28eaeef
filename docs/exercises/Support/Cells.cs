// What a check compares: one number, a row, a table, or a list of words, all as rows and columns.

using System.Globalization;

namespace Exercises.Support;

/// <summary>Cells in rows and columns, each a number or a word.</summary>
public sealed class Cells
{
    private readonly double[]? numbers;
    private readonly string?[]? words;

    private Cells(int rows, int columns, double[]? numbers, string?[]? words = null) =>
        (Rows, Columns, this.numbers, this.words) = (rows, columns, numbers, words);

    public int Rows { get; }

    public int Columns { get; }

    public int Count => Rows * Columns;

    public static implicit operator Cells(double value) => new(1, 1, [value]);

    public static implicit operator Cells(string? value) => new(1, 1, null, [value]);

    public static implicit operator Cells?(double[]? row) => row is null ? null : new(1, row.Length, [.. row]);

    public static implicit operator Cells?(float[]? row) => row is null ? null : new(1, row.Length, Array.ConvertAll(row, value => (double)value));

    public static implicit operator Cells?(int[]? row) => row is null ? null : new(1, row.Length, Array.ConvertAll(row, value => (double)value));

    public static implicit operator Cells?(bool[]? row) =>
        row is null ? null : new(1, row.Length, null, Array.ConvertAll(row, value => value ? "true" : "false"));

    public static implicit operator Cells?(string[]? row) => row is null ? null : new(1, row.Length, null, [.. row]);

    public static implicit operator Cells?(float[,]? table) =>
        table is null ? null : new(table.GetLength(0), table.GetLength(1), [.. table.Cast<float>().Select(value => (double)value)]);

    /// <summary>Whether a cell is right: the same word, or a number as near as it has to be, counted from its size where that is above 1.</summary>
    public bool IsRight(Cells expected, int cell, double tolerance)
    {
        if (numbers is null || expected.numbers is null)
        {
            return words is not null && expected.words is not null && words[cell] == expected.words[cell];
        }

        double found = numbers[cell], wanted = expected.numbers[cell];
        return found.Equals(wanted) || (double.IsFinite(wanted) && Math.Abs(found - wanted) <= tolerance * Math.Max(1, Math.Abs(wanted)));
    }

    public bool HasShapeOf(Cells other) => Rows == other.Rows && Columns == other.Columns;

    /// <summary>Where a cell is: [row, column], or [place] in a single row.</summary>
    public string AddressOf(int cell) => Rows == 1 ? $"[{cell}]" : $"[{cell / Columns}, {cell % Columns}]";

    /// <summary>A cell as it is shown, with as many digits as tell it from another.</summary>
    public string Shown(int cell, Cells other)
    {
        if (numbers is null)
        {
            return words![cell] is string word ? $"\"{word}\"" : "null";
        }

        string Text(double value, string digits) => value.ToString(digits, CultureInfo.InvariantCulture);
        double value = numbers[cell];
        bool isClear = other.numbers is null || Text(value, "G6") != Text(other.numbers[cell], "G6");
        return Text(value, isClear ? "G6" : "G9");
    }

    public override string ToString()
    {
        Cells none = new(Rows, Columns, null);
        return string.Join(' ', Enumerable.Range(0, Math.Min(Count, 12)).Select(cell => Shown(cell, none))) + (Count > 12 ? " …" : "");
    }

    /// <summary>The shape; a table with one row may be meant as a row.</summary>
    internal string ShapeBeside(Cells other) => Rows == 1 && other.Rows == 1
        ? $"{Columns} {(words is null ? "number" : "part")}{(Columns == 1 ? "" : "s")}"
        : $"{Rows} row{(Rows == 1 ? "" : "s")} and {Columns} column{(Columns == 1 ? "" : "s")}";
}
