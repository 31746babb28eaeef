// Places the labels of dots in a picture so that none overlaps another label, a dot or a line.

namespace Gpt2.Core.Measurement;

/// <summary>A rectangle, in units of the picture; y increases downwards.</summary>
internal readonly record struct Box(double Left, double Top, double Right, double Bottom)
{
    public double CentreX => (Left + Right) / 2;

    public double CentreY => (Top + Bottom) / 2;

    /// <summary>A rectangle around a point.</summary>
    public static Box Around(double x, double y, double width, double height) =>
        new(x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2));

    public bool Overlaps(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

    public bool Contains(Box other) => Left <= other.Left && other.Right <= Right && Top <= other.Top && other.Bottom <= Bottom;
}

/// <summary>Finds free places for labels near the points that they belong to.</summary>
/// <param name="frame">The area that labels must stay in.</param>
/// <param name="taken">Areas that labels must not overlap.</param>
internal sealed class LabelPlacement(Box frame, IEnumerable<Box> taken)
{
    private const double FirstRadius = 14, RadiusStep = 4, LastRadius = 400;
    private const int Directions = 24;

    private readonly List<Box> taken = [.. taken];

    /// <summary>
    /// Takes the nearest free place; of equally near ones, the first clockwise from the right. If nothing is free, the
    /// label is to the right of its point.
    /// </summary>
    public Box Place(double x, double y, double width, double height)
    {
        Box place = Box.Around(x + FirstRadius, y, width, height);
        foreach (Box candidate in Candidates(x, y, width, height))
        {
            if (frame.Contains(candidate) && !taken.Any(other => other.Overlaps(candidate)))
            {
                place = candidate;
                break;
            }
        }

        taken.Add(place);
        return place;
    }

    private static IEnumerable<Box> Candidates(double x, double y, double width, double height)
    {
        for (double radius = FirstRadius; radius <= LastRadius; radius += RadiusStep)
        {
            for (int direction = 0; direction < Directions; direction++)
            {
                double angle = 2 * Math.PI * direction / Directions;
                yield return Box.Around(x + (radius * Math.Cos(angle)), y + (radius * Math.Sin(angle)), width, height);
            }
        }
    }
}
