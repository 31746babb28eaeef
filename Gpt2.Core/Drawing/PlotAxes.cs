// A plot in a picture: a rectangle with round numbers along two of its sides, and what is drawn by coordinates in it.

using System.Globalization;
using System.Xml.Linq;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Core.Drawing;

/// <summary>A range of numbers along a side.</summary>
/// <param name="From">The least.</param>
/// <param name="To">The greatest.</param>
internal readonly record struct PlotRange(double From, double To)
{
    /// <summary>The range of some numbers, widened by a share of it on both sides. A single number gets room around it.</summary>
    public static PlotRange Of(IEnumerable<double> numbers, double margin = 0)
    {
        (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double number in numbers.Where(double.IsFinite))
        {
            (least, most) = (Math.Min(least, number), Math.Max(most, number));
        }

        (least, most) = least <= most ? (least, most) : (0, 1);
        double room = most > least ? (most - least) * margin : Math.Max(1, Math.Abs(most)) / 2;
        return new PlotRange(least - room, most + room);
    }

    /// <summary>Round numbers in the range: multiples of 1, 2 or 5 times a power of ten.</summary>
    /// <param name="most">About how many.</param>
    public IReadOnlyList<double> Ticks(int most)
    {
        double rough = (To - From) / most, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        double first = Math.Ceiling((From / step) - 1e-9), last = Math.Floor((To / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }
}

/// <summary>The frame of a plot.</summary>
/// <param name="Left">Where it begins, in pixels.</param>
/// <param name="Top">Its upper edge.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
/// <param name="Across">What is along its lower edge.</param>
/// <param name="Up">What is along its left edge.</param>
internal sealed record PlotAxes(double Left, double Top, double Width, double Height, PlotRange Across, PlotRange Up)
{
    /// <summary>The styles of grid and frame.</summary>
    public const string Style =
        """
        .grid { stroke: #e3e8ee; } .frame { fill: none; stroke: #8a95a3; } .axis { font-size: 12px; fill: #5d6875; }
        @media (prefers-color-scheme: dark) { .grid { stroke: #252e38; } .frame { stroke: #6f7c8b; } .axis { fill: #9aa7b5; } }
        """;

    /// <summary>The pixel of a number along the lower edge.</summary>
    public double X(double number) => Left + ((number - Across.From) / (Across.To - Across.From) * Width);

    /// <summary>The pixel of a number along the left edge.</summary>
    public double Y(double number) => Top + Height - ((number - Up.From) / (Up.To - Up.From) * Height);

    /// <summary>Grid, frame, numbers and what they mean.</summary>
    /// <param name="across">The name below.</param>
    /// <param name="up">The name on the left, upright.</param>
    /// <param name="grid">Whether lines lead through the plot.</param>
    public IEnumerable<XElement> Frame(string across, string up, bool grid = true)
    {
        foreach (double tick in Across.Ticks((int)Math.Max(2, Width / 80)))
        {
            yield return Line("grid", X(tick), grid ? Top : Top + Height, X(tick), Top + Height + (grid ? 0 : 5));
            yield return Label(X(tick), Top + Height + 18, Text(tick), "axis", "middle");
        }

        foreach (double tick in Up.Ticks((int)Math.Max(2, Height / 50)))
        {
            yield return Line("grid", grid ? Left : Left - 5, Y(tick), grid ? Left + Width : Left, Y(tick));
            yield return Label(Left - 8, Y(tick) + 4, Text(tick), "axis", "end");
        }

        yield return Element("rect", "frame", ("x", Left), ("y", Top), ("width", Width), ("height", Height));
        yield return Label(Left + (Width / 2), Top + Height + 38, across, "axis", "middle");
        if (up.Length > 0)
        {
            double x = Left - 52, y = Top + (Height / 2);
            XElement name = Label(x, y, up, "axis", "middle");
            name.Add(new XAttribute("transform", $"rotate(-90 {Number(x)} {Number(y)})"));
            yield return name;
        }
    }

    /// <summary>A line through some places.</summary>
    public XElement Polyline(string kind, IEnumerable<(double Across, double Up)> places)
    {
        string points = string.Join(' ', places.Select(place => $"{Number(X(place.Across))},{Number(Y(place.Up))}"));
        XElement line = Element("polyline", kind, ("points", points));
        line.Add(new XAttribute("fill", "none"));
        return line;
    }

    /// <summary>A dot at a place.</summary>
    public XElement Dot(string kind, double across, double up, double radius) =>
        Element("circle", kind, ("cx", X(across)), ("cy", Y(up)), ("r", radius));

    /// <summary>The clip path with which nothing is drawn outside the frame, and the group to draw in.</summary>
    /// <param name="id">A name that no other clip path of the picture has.</param>
    public (XElement Clip, XElement Group) Clipped(string id)
    {
        XElement clip = Element("clipPath", "", ("id", id));
        clip.Add(Element("rect", "", ("x", Left), ("y", Top), ("width", Width), ("height", Height)));
        return (clip, Element("g", "", ("clip-path", $"url(#{id})")));
    }

    private static string Text(double tick) => Math.Abs(tick) is >= 1e6 or (> 0 and < 1e-4)
        ? tick.ToString("0.##e0", CultureInfo.InvariantCulture)
        : tick.ToString("#,0.######", CultureInfo.InvariantCulture);
}
