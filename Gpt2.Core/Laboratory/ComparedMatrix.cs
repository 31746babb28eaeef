// One matrix of two passes, in rows and columns that belong to each other.

using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Core.Laboratory;

/// <summary>Which numbers of two passes are meant.</summary>
public enum ComparedNumbers
{
    /// <summary>Those of the first pass.</summary>
    First,

    /// <summary>Those of the second pass.</summary>
    Second,

    /// <summary>Second − first.</summary>
    Difference,
}

/// <summary>
/// A matrix of two passes, [aligned tokens, columns]. If columns are tokens too, as in steps 6 and 7, they are aligned alike, for each
/// head. A number whose row or column has no counterpart is NaN where it is missing, and so is its difference.
/// </summary>
public sealed class ComparedMatrix
{
    private readonly Side first, second;

    internal ComparedMatrix(TokenAlignment alignment, TraceEntry first, int firstShift, TraceEntry second, int secondShift)
    {
        Entry = first;
        while (FirstPair < alignment.Pairs.Count - 1 && !IsKept(alignment.Pairs[FirstPair], firstShift, secondShift))
        {
            FirstPair++;
        }

        TokenPair[] rows = [.. alignment.Pairs.Skip(FirstPair)];
        Rows = rows.Length;
        this.first = SideOf(first, pair => pair.First, firstShift);
        this.second = SideOf(second, pair => pair.Second, secondShift);
        if (Columns != this.second.Columns)
        {
            throw new ArgumentException("the passes are of models with other sizes", nameof(second));
        }

        Side SideOf(TraceEntry entry, Func<TokenPair, int?> side, int shift) => new(
            entry.Matrix,
            [.. rows.Select(pair => Math.Max(-1, (side(pair) + shift) ?? -1))],
            entry.Columns == TraceColumns.HeadsAndTokens ? [.. alignment.Pairs.Select(pair => side(pair) ?? -1)] : null);
    }

    /// <summary>The matrix in the first pass: its name, block and step.</summary>
    public TraceEntry Entry { get; }

    /// <summary>Which pair of aligned tokens row 0 is: not the first if only the last rows of the matrix were computed.</summary>
    public int FirstPair { get; }

    /// <summary>A row for each pair of aligned tokens from <see cref="FirstPair"/> on.</summary>
    public int Rows { get; }

    /// <summary>As in the passes, or for each head a column for each pair of aligned tokens.</summary>
    public int Columns => first.Columns;

    /// <summary>Copies a part of a row. What is missing is NaN.</summary>
    /// <param name="numbers">Of which pass, or their difference.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The first column.</param>
    /// <param name="destination">Receives as many numbers as it is long.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not all within the matrix.</exception>
    public void Read(ComparedNumbers numbers, int row, int column, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(column, Columns - destination.Length);
        (numbers == ComparedNumbers.Second ? second : first).Read(row, column, destination);
        if (numbers == ComparedNumbers.Difference)
        {
            float[] others = new float[destination.Length];
            second.Read(row, column, others);
            for (int i = 0; i < others.Length; i++)
            {
                destination[i] = destination[i] == others[i] ? 0 : others[i] - destination[i]; // ∞ − ∞ is NaN, though nothing differs
            }
        }
    }

    /// <summary>
    /// How far the two passes are apart in each row, over the columns that both have, and in all rows that both have; null where there is
    /// nothing to compare.
    /// </summary>
    public (IReadOnlyList<RowDistance?> Rows, RowDistance? All) Distances()
    {
        var rows = new RowDistance?[Rows];
        var all = new DistanceSums();
        bool any = false;
        for (int row = 0; row < Rows; row++)
        {
            var sums = new DistanceSums();
            if (Add(row, ref sums))
            {
                rows[row] = sums.Distance;
                all.Add(sums);
                any = true;
            }
        }

        return (rows, any ? all.Distance : null);
    }

    /// <summary>Adds a row to sums; false if one of the passes does not have it.</summary>
    private bool Add(int row, ref DistanceSums sums)
    {
        if (first.Rows[row] < 0 || second.Rows[row] < 0)
        {
            return false;
        }

        ReadOnlySpan<float> one = first.Matrix.Row(first.Rows[row]), other = second.Matrix.Row(second.Rows[row]);
        for (int column = 0; column < Columns; column++)
        {
            int a = first.ColumnOf(column), b = second.ColumnOf(column);
            if (a >= 0 && b >= 0)
            {
                sums.Add(one[a], other[b]);
            }
        }

        return true;
    }

    private static bool IsKept(TokenPair pair, int firstShift, int secondShift) =>
        pair.First + firstShift >= 0 || pair.Second + secondShift >= 0;

    /// <summary>One pass.</summary>
    /// <param name="Matrix">The numbers.</param>
    /// <param name="Rows">Of each row of the comparison, its row in the matrix; −1 if there is none.</param>
    /// <param name="Tokens">If columns are tokens: of each pair of aligned tokens, the token of this pass; −1 if there is none.</param>
    private sealed record Side(Matrix Matrix, int[] Rows, int[]? Tokens)
    {
        private readonly int tokenCount = Tokens?.Count(token => token >= 0) ?? 0;

        public int Columns => Tokens is null ? Matrix.Columns : Matrix.Columns / tokenCount * Tokens.Length;

        /// <summary>The matrix's column for a column of the comparison; −1 if there is none.</summary>
        public int ColumnOf(int column)
        {
            if (Tokens is null)
            {
                return column;
            }

            int token = Tokens[column % Tokens.Length];
            return token < 0 ? -1 : (column / Tokens.Length * tokenCount) + token;
        }

        public void Read(int row, int column, Span<float> destination)
        {
            if (Rows[row] < 0)
            {
                destination.Fill(float.NaN);
                return;
            }

            ReadOnlySpan<float> numbers = Matrix.Row(Rows[row]);
            for (int i = 0; i < destination.Length; i++)
            {
                int at = ColumnOf(column + i);
                destination[i] = at < 0 ? float.NaN : numbers[at];
            }
        }
    }
}
