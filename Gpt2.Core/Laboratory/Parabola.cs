// The curve that the small networks of the laboratory learn: simple enough to be drawn, and no network of ReLUs is exactly like it.

namespace Gpt2.Core.Laboratory;

/// <summary>A point of a curve.</summary>
public readonly record struct CurvePoint(double X, double Y);

/// <summary>The parabola y = 5(x − 1)² + 1 on [0, 2].</summary>
public static class Parabola
{
    /// <summary>Where it begins.</summary>
    public const double From = 0;

    /// <summary>Where it ends.</summary>
    public const double To = 2;

    /// <summary>5(x − 1)² + 1.</summary>
    public static double At(double x) => (5 * (x - 1) * (x - 1)) + 1;

    /// <summary>Points of it at equal distances, both ends included: 41 are 0.05 apart.</summary>
    /// <param name="count">How many, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static IReadOnlyList<CurvePoint> Points(int count = 41)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        return [.. Enumerable.Range(0, count).Select(i => From + ((To - From) * i / (count - 1))).Select(x => new CurvePoint(x, At(x)))];
    }
}
