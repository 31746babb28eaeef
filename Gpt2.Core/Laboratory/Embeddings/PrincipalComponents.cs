// Principal component analysis: the directions in which points differ most, and where the points are along them. With two directions it
// is a map.

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>Points seen along the directions in which they vary most. Pearson (1901); Hotelling (1933).</summary>
/// <param name="Mean">The mean of the points.</param>
/// <param name="Axes">The directions, of length 1 and at right angles, the one of the largest variance first; 0 where there is no variance.</param>
/// <param name="Variances">The variance along each axis: the mean of the squared coordinates.</param>
/// <param name="TotalVariance">The mean squared distance of the points from their mean.</param>
/// <param name="Coordinates">The points: (point − mean) · axis for each axis. The coordinate farthest from 0 on an axis is positive.</param>
internal sealed record PrincipalComponents(
    double[] Mean, double[][] Axes, double[] Variances, double TotalVariance, double[][] Coordinates)
{
    /// <summary>Less variance than this share of the total is rounding.</summary>
    private const double Negligible = 1e-13;

    /// <summary>The share of the total variance along an axis; null if all points are the same.</summary>
    public double? ShareOf(int axis) => TotalVariance > 0 ? Variances[axis] / TotalVariance : null;

    /// <summary>Computes them from the eigenvectors of X Xᵀ or of Xᵀ X, whichever is smaller; X has a centred point in each row.</summary>
    /// <param name="points">The points, at least one, all of one length.</param>
    /// <param name="axes">Number of axes. Those that the points do not have are 0.</param>
    public static PrincipalComponents Of(IReadOnlyList<double[]> points, int axes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(points.Count, nameof(points));
        int count = points.Count, channels = points[0].Length;
        double[] mean = [.. Enumerable.Range(0, channels).Select(channel => points.Average(point => point[channel]))];
        double[][] centred = [.. points.Select(point => Difference(point, mean))];
        double total = centred.Sum(point => VectorGeometry.Dot(point, point)) / count;
        double[][] directions = Directions(centred, channels, axes, total);
        var coordinates = new double[count][];
        for (int i = 0; i < count; i++)
        {
            coordinates[i] = [.. directions.Select(axis => VectorGeometry.Dot(centred[i], axis))];
        }

        for (int axis = 0; axis < axes; axis++)
        {
            int sign = SymmetricEigen.SignOf([.. coordinates.Select(point => point[axis])]);
            directions[axis] = [.. directions[axis].Select(x => x * sign)];
            foreach (double[] point in coordinates)
            {
                point[axis] *= sign;
            }
        }

        double[] variances = [.. Enumerable.Range(0, axes).Select(axis => coordinates.Sum(point => point[axis] * point[axis]) / count)];
        return new PrincipalComponents(mean, directions, variances, total, coordinates);
    }

    /// <summary>The coordinates of another point.</summary>
    public double[] Project(double[] point)
    {
        double[] centred = Difference(point, Mean);
        return [.. Axes.Select(axis => VectorGeometry.Dot(centred, axis))];
    }

    private static double[][] Directions(double[][] centred, int channels, int axes, double total)
    {
        bool byPoints = centred.Length <= channels;
        SymmetricEigen eigen = SymmetricEigen.Leading(byPoints ? PointProducts(centred) : ChannelProducts(centred, channels), axes);
        var directions = new double[axes][];
        for (int axis = 0; axis < axes; axis++)
        {
            directions[axis] = new double[channels];
            if (axis >= eigen.Values.Length || eigen.Values[axis] <= Negligible * total * centred.Length)
            {
                continue;
            }

            if (!byPoints)
            {
                directions[axis] = eigen.Vectors[axis];
                continue;
            }

            // If X Xᵀ u = λ u, then Xᵀ u / √λ is the eigenvector of Xᵀ X, of length 1.
            for (int i = 0; i < centred.Length; i++)
            {
                double weight = eigen.Vectors[axis][i] / Math.Sqrt(eigen.Values[axis]);
                for (int channel = 0; channel < channels; channel++)
                {
                    directions[axis][channel] += weight * centred[i][channel];
                }
            }
        }

        return directions;
    }

    private static double[,] PointProducts(double[][] centred)
    {
        var products = new double[centred.Length, centred.Length];
        for (int i = 0; i < centred.Length; i++)
        {
            for (int j = i; j < centred.Length; j++)
            {
                products[i, j] = products[j, i] = VectorGeometry.Dot(centred[i], centred[j]);
            }
        }

        return products;
    }

    private static double[,] ChannelProducts(double[][] centred, int channels)
    {
        var products = new double[channels, channels];
        foreach (double[] point in centred)
        {
            for (int i = 0; i < channels; i++)
            {
                for (int j = 0; j < channels; j++)
                {
                    products[i, j] += point[i] * point[j];
                }
            }
        }

        return products;
    }

    private static double[] Difference(double[] x, double[] y)
    {
        var difference = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            difference[i] = x[i] - y[i];
        }

        return difference;
    }
}
