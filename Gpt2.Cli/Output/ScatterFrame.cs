// A rectangle of a picture in which points are shown at one scale in both directions, and the labels beside them.

using System.Xml.Linq;
using Gpt2.Core.Measurement;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Coordinates to pixels: as large as fits, the middle in the middle.</summary>
internal sealed class ScatterFrame
{
    private const double Margin = 26, CharacterWidth = 7.4, LabelHeight = 15, Near = 16;

    private readonly Box plot;
    private readonly double scale, middleX, middleY;

    /// <param name="plot">The rectangle.</param>
    /// <param name="points">The points that it must show, at least one.</param>
    public ScatterFrame(Box plot, IReadOnlyCollection<double[]> points)
    {
        this.plot = plot;
        double left = points.Min(point => point[0]), right = points.Max(point => point[0]);
        double bottom = points.Min(point => point[1]), top = points.Max(point => point[1]);
        middleX = (left + right) / 2;
        middleY = (bottom + top) / 2;
        double fits = Math.Min((plot.Right - plot.Left - (2 * Margin)) / (right - left), (plot.Bottom - plot.Top - (2 * Margin)) / (top - bottom));
        scale = double.IsFinite(fits) ? fits : 1; // all points are one
    }

    public double X(double[] point) => plot.CentreX + ((point[0] - middleX) * scale);

    public double Y(double[] point) => plot.CentreY - ((point[1] - middleY) * scale);

    /// <summary>The background, and lines through 0 where it is inside.</summary>
    public IEnumerable<XElement> Ground()
    {
        yield return Element(
            "rect", "plot", ("x", plot.Left), ("y", plot.Top), ("width", plot.Right - plot.Left), ("height", plot.Bottom - plot.Top), ("rx", 6));
        double x = X([0, 0]), y = Y([0, 0]);
        if (x > plot.Left && x < plot.Right)
        {
            yield return Line("zero", x, plot.Top, x, plot.Bottom);
        }

        if (y > plot.Top && y < plot.Bottom)
        {
            yield return Line("zero", plot.Left, y, plot.Right, y);
        }
    }

    /// <summary>
    /// Labels beside points, joined by a line where they are not next to them. None overlaps another or a point; one for which there is no
    /// room is left out.
    /// </summary>
    /// <param name="labels">The labels with their points and their classes.</param>
    /// <param name="taken">The points, and what else must stay visible.</param>
    /// <returns>The elements, and how many were left out.</returns>
    public (IReadOnlyList<XElement> Elements, int LeftOut) Labels(
        IEnumerable<(double[] Point, string Text, string Kind)> labels, IEnumerable<Box> taken)
    {
        var used = taken.ToList();
        var placement = new LabelPlacement(plot, used);
        var elements = new List<XElement>();
        int leftOut = 0;
        foreach ((double[] point, string text, string kind) in labels)
        {
            double x = X(point), y = Y(point);
            Box box = placement.Place(x, y, (DisplayText.Width(text) * CharacterWidth) + 6, LabelHeight);
            if (!plot.Contains(box) || used.Any(other => other.Overlaps(box)))
            {
                leftOut++;
                continue;
            }

            used.Add(box);
            double toX = Math.Clamp(x, box.Left, box.Right), toY = Math.Clamp(y, box.Top, box.Bottom);
            if (Math.Max(Math.Abs(toX - x), Math.Abs(toY - y)) > Near)
            {
                elements.Insert(0, Line("leader", x, y, toX, toY));
            }

            elements.Add(Label(box.CentreX, box.CentreY + 4, text, kind, "middle"));
        }

        return (elements, leftOut);
    }

    /// <summary>A dot with its hint.</summary>
    public XElement Dot(double[] point, double radius, string kind, string hint)
    {
        XElement dot = Element("circle", kind, ("cx", X(point)), ("cy", Y(point)), ("r", radius));
        dot.Add(Hint(hint));
        return dot;
    }

    /// <summary>What a dot takes of the picture.</summary>
    public Box Area(double[] point, double radius) => Box.Around(X(point), Y(point), 2 * radius, 2 * radius);
}
