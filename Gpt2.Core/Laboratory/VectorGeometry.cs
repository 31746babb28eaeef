// The two ways in which vectors are compared: the cosine of the angle between them, and the distance between their ends.

namespace Gpt2.Core.Laboratory;

/// <summary>Compares vectors of one length, in double precision.</summary>
internal static class VectorGeometry
{
    /// <summary>
    /// x · y / (‖x‖ ‖y‖): 1 for the same direction, 0 at a right angle, −1 for opposite directions. Null if one of them is zero and so
    /// has no direction, or if a number is not finite.
    /// </summary>
    public static double? Cosine(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double cosine = Dot(x, y) / (Length(x) * Length(y));
        return double.IsFinite(cosine) ? Math.Clamp(cosine, -1, 1) : null;
    }

    /// <summary>‖x − y‖, the Euclidean distance.</summary>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        RequireSameLength(x, y);
        double squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double difference = x[i] - y[i];
            squares += difference * difference;
        }

        return Math.Sqrt(squares);
    }

    /// <summary>‖x‖, the root of the sum of squares.</summary>
    public static double Length(ReadOnlySpan<double> x) => Math.Sqrt(Dot(x, x));

    /// <summary>x · y, the sum of products.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        RequireSameLength(x, y);
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>A row of a matrix in double precision: a copy.</summary>
    public static double[] Doubles(ReadOnlySpan<float> row)
    {
        var vector = new double[row.Length];
        Copy(row, vector);
        return vector;
    }

    /// <summary>The same into a vector that is there.</summary>
    public static void Copy(ReadOnlySpan<float> row, Span<double> vector)
    {
        for (int i = 0; i < row.Length; i++)
        {
            vector[i] = row[i];
        }
    }

    private static void RequireSameLength(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"vectors of {x.Length} and {y.Length} numbers", nameof(y));
        }
    }
}
