// One matrix of two passes, in rows and columns that belong to each other.

using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Kernels.Attention;

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

/// <summary>How far two rows, or two matrices, are apart.</summary>
/// <param name="Largest">The largest difference of two numbers, without its sign.</param>
/// <param name="Relative">
/// ‖second − first‖ / (‖first‖ + ‖second‖), where ‖x‖ is the root of the sum of squares: 0 for equal rows, 1 for opposite ones, 0.71 for
/// rows of one length at a right angle. It does not depend on how large the numbers of a matrix are. Masked scores are left out.
/// </param>
public readonly record struct RowDistance(float Largest, float Relative);

/// <summary>
/// A matrix of two passes, [aligned tokens, columns]. If columns are tokens too, as in steps 6 and 7, they are aligned alike, for each
/// head. A number whose row or column has no counterpart is NaN where it is missing, and so is its difference.
/// </summary>
public sealed class ComparedMatrix
{
    private readonly Side first, second;
    private readonly int? places; // columns of a head, if columns are tokens

    internal ComparedMatrix(TokenAlignment alignment, TraceEntry first, int firstShift, TraceEntry second, int secondShift)
    {
        Entry = first;
        places = first.Columns == TraceColumns.HeadsAndTokens ? alignment.Pairs.Count : null;
        FirstPlace = 0;
        while (FirstPlace < alignment.Pairs.Count - 1 && !IsKept(alignment.Pairs[FirstPlace], firstShift, secondShift))
        {
            FirstPlace++;
        }

        TokenPair[] rows = [.. alignment.Pairs.Skip(FirstPlace)];
        Rows = rows.Length;
        this.first = new Side(first.Matrix, RowsOf(rows, pair => pair.First, firstShift), ColumnsOf(alignment, pair => pair.First));
        this.second = new Side(second.Matrix, RowsOf(rows, pair => pair.Second, secondShift), ColumnsOf(alignment, pair => pair.Second));
        Columns = places is int each ? first.Matrix.Columns / this.first.Tokens * each : first.Matrix.Columns;
        if (Columns != (places is int other ? second.Matrix.Columns / this.second.Tokens * other : second.Matrix.Columns))
        {
            throw new ArgumentException("the passes are of models with other sizes", nameof(second));
        }
    }

    /// <summary>The matrix in the first pass: its name, block and step.</summary>
    public TraceEntry Entry { get; }

    /// <summary>Which pair of aligned tokens row 0 is: not the first if only the last rows of the matrix were computed.</summary>
    public int FirstPlace { get; }

    /// <summary>A row for each pair of aligned tokens from <see cref="FirstPlace"/> on.</summary>
    public int Rows { get; }

    /// <summary>As in the passes, or for each head a column for each pair of aligned tokens.</summary>
    public int Columns { get; }

    /// <summary>Whether both passes have a row, so that there is a difference.</summary>
    public bool HasBoth(int row) => first.Rows[row] >= 0 && second.Rows[row] >= 0;

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
        (numbers == ComparedNumbers.Second ? second : first).Read(row, column, places, destination);
        if (numbers == ComparedNumbers.Difference)
        {
            float[] others = new float[destination.Length];
            second.Read(row, column, places, others);
            for (int i = 0; i < others.Length; i++)
            {
                destination[i] = destination[i] == others[i] ? 0 : others[i] - destination[i]; // ∞ − ∞ is NaN, though nothing differs
            }
        }
    }

    /// <summary>How far the two passes are apart in a row, over the columns that both have; null if one of them has no such row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public RowDistance? DistanceOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        var sums = new Sums();
        return Add(row, ref sums) ? sums.Distance : null;
    }

    /// <summary>How far they are apart in each row, and in all rows that both have; null where there is nothing to compare.</summary>
    public (IReadOnlyList<RowDistance?> Rows, RowDistance? All) Distances()
    {
        var rows = new RowDistance?[Rows];
        var all = new Sums();
        bool any = false;
        for (int row = 0; row < Rows; row++)
        {
            var sums = new Sums();
            if (Add(row, ref sums))
            {
                rows[row] = sums.Distance;
                all.Add(sums);
                any = true;
            }
        }

        return (rows, any ? all.Distance : null);
    }

    private bool Add(int row, ref Sums sums)
    {
        if (!HasBoth(row))
        {
            return false;
        }

        ReadOnlySpan<float> one = first.Matrix.Row(first.Rows[row]), other = second.Matrix.Row(second.Rows[row]);
        if (places is null)
        {
            for (int column = 0; column < one.Length; column++)
            {
                sums.Add(one[column], other[column]);
            }

            return true;
        }

        for (int column = 0; column < Columns; column++)
        {
            int a = first.ColumnOf(column, places.Value), b = second.ColumnOf(column, places.Value);
            if (a >= 0 && b >= 0)
            {
                sums.Add(one[a], other[b]);
            }
        }

        return true;
    }

    private static bool IsKept(TokenPair pair, int firstShift, int secondShift) =>
        pair.First + firstShift >= 0 || pair.Second + secondShift >= 0;

    private static int[] RowsOf(TokenPair[] pairs, Func<TokenPair, int?> side, int shift) =>
        [.. pairs.Select(pair => Math.Max(-1, (side(pair) + shift) ?? -1))];

    private static int[] ColumnsOf(TokenAlignment alignment, Func<TokenPair, int?> side) => [.. alignment.Pairs.Select(pair => side(pair) ?? -1)];

    /// <summary>One pass.</summary>
    /// <param name="Matrix">The numbers.</param>
    /// <param name="Rows">Of each row of the comparison, its row in the matrix; −1 if there is none.</param>
    /// <param name="Places">Of each pair of aligned tokens, the token of this pass; −1 if there is none.</param>
    private sealed record Side(Matrix Matrix, int[] Rows, int[] Places)
    {
        public int Tokens { get; } = Places.Count(token => token >= 0);

        /// <summary>The matrix's column for a column of the comparison; −1 if there is none.</summary>
        public int ColumnOf(int column, int places)
        {
            int token = Places[column % places];
            return token < 0 ? -1 : (column / places * Tokens) + token;
        }

        public void Read(int row, int column, int? places, Span<float> destination)
        {
            if (Rows[row] < 0)
            {
                destination.Fill(float.NaN);
                return;
            }

            ReadOnlySpan<float> numbers = Matrix.Row(Rows[row]);
            if (places is not int each)
            {
                numbers.Slice(column, destination.Length).CopyTo(destination);
                return;
            }

            for (int i = 0; i < destination.Length; i++)
            {
                int at = ColumnOf(column + i, each);
                destination[i] = at < 0 ? float.NaN : numbers[at];
            }
        }
    }

    /// <summary>What distances are computed from, in double precision.</summary>
    private struct Sums
    {
        private double first, second, difference;
        private float largest;

        public readonly RowDistance Distance =>
            new(largest, difference == 0 ? 0 : (float)(Math.Sqrt(difference) / (Math.Sqrt(first) + Math.Sqrt(second))));

        public void Add(float one, float other)
        {
            if (one == other)
            {
                double square = one == AttentionKernel.MaskedScore ? 0 : (double)one * one;
                first += square;
                second += square;
                return;
            }

            float apart = other - one;
            largest = MathF.Max(largest, MathF.Abs(apart));
            first += (double)one * one;
            second += (double)other * other;
            difference += (double)apart * apart;
        }

        public void Add(in Sums other)
        {
            first += other.first;
            second += other.second;
            difference += other.difference;
            largest = MathF.Max(largest, other.largest);
        }
    }
}
