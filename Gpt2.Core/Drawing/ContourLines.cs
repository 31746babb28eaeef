// Lines of equal height through a grid of numbers, as on a hiker's map: marching squares.

namespace Gpt2.Core.Drawing;

/// <summary>
/// A scale of heights with equal ratios, since a loss is steep far from its minimum and flat near it. What is below a millionth of the highest
/// place counts as that, since a loss may be 0.
/// </summary>
/// <param name="Least">The lowest place.</param>
/// <param name="Most">The highest place.</param>
internal readonly record struct HeightScale(double Least, double Most)
{
    private double Bottom => Math.Max(Least, Most * 1e-6);

    /// <summary>The height at a share of the scale: 0 is the lowest, 1 the highest.</summary>
    public double At(double share) => Bottom * Math.Pow(Most / Bottom, share);

    /// <summary>The share of the scale that a height is at.</summary>
    public double ShareOf(double height) => Math.Log(Math.Max(height, Bottom) / Bottom) / Math.Log(Most / Bottom);
}

/// <summary>Draws contour lines.</summary>
internal static class ContourLines
{
    /// <summary>
    /// The line of a level as straight pieces, each x₁, y₁, x₂, y₂ in places of the grid: x across, the second index, and y up. In every
    /// square of the grid a piece joins the sides on which the level is passed; where along a side, by proportion. A saddle has two pieces.
    /// </summary>
    public static double[][] Of(double[,] grid, double level)
    {
        var pieces = new List<double[]>();
        for (int y = 0; y + 1 < grid.GetLength(0); y++)
        {
            for (int x = 0; x + 1 < grid.GetLength(1); x++)
            {
                (double X, double Y)[] crossings = [.. Crossings(grid, x, y, level)];
                for (int i = 0; i + 1 < crossings.Length; i += 2)
                {
                    pieces.Add([crossings[i].X, crossings[i].Y, crossings[i + 1].X, crossings[i + 1].Y]);
                }
            }
        }

        return [.. pieces];
    }

    /// <summary>Heights between the lowest and the highest place, at equal ratios.</summary>
    /// <param name="least">The lowest place.</param>
    /// <param name="most">The highest place.</param>
    /// <param name="count">How many heights.</param>
    public static IEnumerable<double> Levels(double least, double most, int count)
    {
        var heights = new HeightScale(least, most);
        return Enumerable.Range(1, count).Select(i => heights.At(i / (count + 1.0)));
    }

    /// <summary>Where the sides of a square pass the level, around the square: none, two or four.</summary>
    private static IEnumerable<(double X, double Y)> Crossings(double[,] grid, int x, int y, double level)
    {
        (int X, int Y)[] corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
        for (int i = 0; i < corners.Length; i++)
        {
            (int X, int Y) a = corners[i], b = corners[(i + 1) % corners.Length];
            double from = grid[a.Y, a.X], to = grid[b.Y, b.X];
            if (from < level != to < level)
            {
                double part = (level - from) / (to - from);
                yield return (a.X + (part * (b.X - a.X)), a.Y + (part * (b.Y - a.Y)));
            }
        }
    }
}
