// Training begins with corners in [0, 2] and outputs near 0, where the parabola is. A curve elsewhere is moved there, and the network that
// has learned it is moved back, which changes its numbers but not its line.

namespace Gpt2.Core.Laboratory;

/// <summary>The scale on which a curve is learned: x from 0 to 2, y with mean 0 and standard deviation 1.</summary>
/// <param name="FromX">The least x of the curve.</param>
/// <param name="PerX">How much x is 1 on the scale.</param>
/// <param name="MeanY">The mean of y.</param>
/// <param name="PerY">The standard deviation of y; 1 if all y are equal.</param>
internal readonly record struct CurveScale(double FromX, double PerX, double MeanY, double PerY)
{
    /// <summary>The scale of the parabola, which is learned as it is.</summary>
    public static CurveScale None => new(0, 1, 0, 1);

    /// <summary>The scale for some points in the order of their x.</summary>
    public static CurveScale Of(IReadOnlyList<CurvePoint> points)
    {
        double mean = points.Average(point => point.Y);
        double deviation = Math.Sqrt(points.Average(point => (point.Y - mean) * (point.Y - mean)));
        return new CurveScale(
            points[0].X, (points[^1].X - points[0].X) / (Parabola.To - Parabola.From), mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>The points on the scale.</summary>
    public IReadOnlyList<CurvePoint> Scaled(IReadOnlyList<CurvePoint> points)
    {
        CurveScale scale = this;
        return [.. points.Select(point => new CurvePoint((point.X - scale.FromX) / scale.PerX, (point.Y - scale.MeanY) / scale.PerY))];
    }

    /// <summary>The network that says of a curve what another says of it on the scale.</summary>
    public ReluNetwork Unscaled(ReluNetwork network)
    {
        double[] parameters = [.. network.Parameters];
        parameters[0] = (parameters[0] * PerY) + MeanY;
        for (int at = 1; at < parameters.Length; at += 3)
        {
            parameters[at] /= PerX; // w (x − from) / per + b
            parameters[at + 1] -= parameters[at] * FromX;
            parameters[at + 2] *= PerY;
        }

        return new ReluNetwork(parameters);
    }

    /// <summary>A mean squared error in the units of the curve.</summary>
    public double Unscaled(double error) => error * PerY * PerY;
}
