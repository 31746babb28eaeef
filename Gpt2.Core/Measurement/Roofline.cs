// A roofline as an SVG picture (Williams, Waterman, Patterson, "Roofline", 2009): how fast kernels are, against how
// many operations they do per byte, below the two limits of the machine. This file draws; RooflineAxes computes the
// positions.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Drawing;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Core.Measurement;

/// <summary>A kernel in the picture.</summary>
/// <param name="Name">Its name in the key.</param>
/// <param name="Group">Kernels of a group have the same colour and are together in the key.</param>
/// <param name="Intensity">Operations per byte.</param>
/// <param name="Gigaflops">10⁹ operations per second.</param>
/// <param name="Ratio">Its share of the limit, as measured next to it.</param>
internal sealed record RooflineDot(string Name, string Group, double Intensity, double Gigaflops, double Ratio);

/// <summary>Draws rooflines.</summary>
internal static class Roofline
{
    private const int KeyLeft = 704, KeyNameLeft = 724, KeyRateRight = 1000, Width = 1080, Margin = 20;
    private const int KeyTop = 76, KeyRow = 19, KeyGap = 12, MinHeight = 580, LongestName = 34;
    private const double DotRadius = 4.5, PillWidth = 18, PillHeight = 13;
    private const string Colours = "#0072b2 #c2410c #00805e #a13a86 #8a6d00 #5b5fc7";

    private const string Style =
        """
        .under { fill: #eef4fb; } .grid { stroke: #dde3ea; } .roof { stroke: #27303b; } .strong { font-weight: 600; }
        .leader { stroke: #8a95a3; } .number { font-size: 10px; font-weight: 600; fill: #ffffff; } .dot { stroke: #ffffff; }
        @media (prefers-color-scheme: dark) {
        .under { fill: #1a2330; } .grid { stroke: #2d3743; } .roof { stroke: #e3e8ee; } .leader { stroke: #6f7c8b; }
        .number { fill: #ffffff; } .dot { stroke: #12171e; } }
        """;

    /// <summary>Draws the picture.</summary>
    /// <param name="title">What was measured, and where.</param>
    /// <param name="peak">The FMA peak in GFLOP/s: the flat roof.</param>
    /// <param name="bandwidth">The read bandwidth in GB/s: the sloped roof.</param>
    /// <param name="dots">The kernels.</param>
    public static string Draw(string title, double peak, double bandwidth, IReadOnlyList<RooflineDot> dots)
    {
        string[] groups = [.. dots.Select(dot => dot.Group).Distinct()];
        RooflineDot[] inOrder = [.. dots.OrderBy(dot => Array.IndexOf(groups, dot.Group))];
        int height = Math.Max(MinHeight, KeyTop + (KeyRow * (dots.Count + groups.Length)) + (KeyGap * groups.Length) + Margin);
        var axes = new RooflineAxes(peak, bandwidth, dots, new Box(72, 72, 672, height - 62));

        XElement root = SvgPicture.Create(Width, height, title, Style);
        root.Add(Label(axes.Plot.Left, 32, title, "title"));
        const string Note =
            "Each dot is measured beside the limits: the closer to the roof, the less is wasted. Dashed: half of the limit.";
        root.Add(Label(axes.Plot.Left, 53, Note, "muted"));
        AddRoofs(root, axes, peak, bandwidth);
        AddDots(root, axes, inOrder, groups);
        AddKey(root, inOrder, groups);
        return root + "\n";
    }

    private static void AddRoofs(XElement root, RooflineAxes axes, double peak, double bandwidth)
    {
        Box plot = axes.Plot;
        string roof = Points(axes.Roof(1));
        root.Add(Element("polygon", "under", ("points", $"{roof} {Point(plot.Right, plot.Bottom)} {Point(plot.Left, plot.Bottom)}")));
        foreach (double tick in axes.HorizontalTicks)
        {
            root.Add(Line("grid", axes.X(tick), plot.Top, axes.X(tick), plot.Bottom));
            root.Add(Label(axes.X(tick), plot.Bottom + 18, tick < 1 ? $"1/{Number(1 / tick)}" : Number(tick), "muted", "middle"));
        }

        foreach (double tick in axes.VerticalTicks)
        {
            root.Add(Line("grid", plot.Left, axes.Y(tick), plot.Right, axes.Y(tick)));
            root.Add(Label(plot.Left - 8, axes.Y(tick) + 4, Number(tick), "muted", "end"));
        }

        root.Add(Label((plot.Left + plot.Right) / 2, plot.Bottom + 42, "operations per byte of memory (FLOP/byte)", "", "middle"));
        root.Add(Turned(Label(24, (plot.Top + plot.Bottom) / 2, "speed (GFLOP/s)", "", "middle"), -90, 24, (plot.Top + plot.Bottom) / 2));
        root.Add(Element("polyline", "roof", ("points", Points(axes.Roof(0.5))), ("fill", "none"), ("stroke-dasharray", "2 5"), ("opacity", 0.6)));
        root.Add(Element("polyline", "roof", ("points", roof), ("fill", "none"), ("stroke-width", 2), ("stroke-linejoin", "round")));

        (double peakX, double peakY) = axes.PeakLabel;
        root.Add(Label(peakX, peakY, $"FMA peak {Rounded(peak)} GFLOP/s", "strong"));
        (double slopeX, double slopeY) = axes.SlopeLabel;
        root.Add(Turned(Label(slopeX, slopeY, $"read bandwidth {Rounded(bandwidth)} GB/s", "strong", "middle"), axes.SlopeDegrees, slopeX, slopeY));
    }

    private static void AddDots(XElement root, RooflineAxes axes, RooflineDot[] dots, string[] groups)
    {
        Box[] points = [.. dots.Select(dot => Box.Around(axes.X(dot.Intensity), axes.Y(dot.Gigaflops), 2 * DotRadius, 2 * DotRadius))];
        var placement = new LabelPlacement(axes.Plot, points.Concat(axes.Taken));
        var leaders = new List<XElement>();
        var marks = new List<XElement>();
        var pills = new List<XElement>();
        for (int i = 0; i < dots.Length; i++)
        {
            Box pill = placement.Place(points[i].CentreX, points[i].CentreY, PillWidth + 2, PillHeight + 2);
            string colour = ColourOf(dots[i].Group, groups);
            leaders.Add(Line("leader", points[i].CentreX, points[i].CentreY, pill.CentreX, pill.CentreY));
            XElement mark = Element("circle", "dot", ("cx", points[i].CentreX), ("cy", points[i].CentreY), ("r", DotRadius), ("fill", colour));
            mark.Add(Hint($"{dots[i].Name}: {Rounded(dots[i].Gigaflops)} GFLOP/s, {Percent(dots[i].Ratio)} of the limit"));
            marks.Add(mark);
            pills.AddRange(Pill(pill.CentreX, pill.CentreY, i + 1, colour));
        }

        root.Add(leaders, marks, pills);
    }

    private static void AddKey(XElement root, RooflineDot[] dots, string[] groups)
    {
        root.Add(Label(KeyRateRight, KeyTop - 23, "GFLOP/s", "muted", "end"), Label(Width - Margin, KeyTop - 23, "of limit", "muted", "end"));
        double y = KeyTop;
        for (int i = 0; i < dots.Length; i++)
        {
            if (i == 0 || dots[i].Group != dots[i - 1].Group)
            {
                y += i == 0 ? 0 : KeyGap;
                root.Add(Label(KeyLeft - 9, y, dots[i].Group, "strong"));
                y += KeyRow;
            }

            root.Add(Pill(KeyLeft, y - 4, i + 1, ColourOf(dots[i].Group, groups)));
            root.Add(Label(KeyNameLeft, y, Shortened(dots[i].Name), ""));
            root.Add(Label(KeyRateRight, y, Rounded(dots[i].Gigaflops), "", "end"));
            root.Add(Label(Width - Margin, y, Percent(dots[i].Ratio), "", "end"));
            y += KeyRow;
        }
    }

    private static XElement[] Pill(double x, double y, int number, string colour) =>
    [
        Element(
            "rect", "pill", ("x", x - (PillWidth / 2)), ("y", y - (PillHeight / 2)), ("width", PillWidth), ("height", PillHeight),
            ("rx", PillHeight / 2), ("fill", colour)),
        Label(x, y + 3.5, Number(number), "number", "middle"),
    ];

    private static string ColourOf(string group, string[] groups)
    {
        string[] colours = Colours.Split(' ');
        return colours[Array.IndexOf(groups, group) % colours.Length];
    }

    private static XElement Turned(XElement element, double degrees, double x, double y)
    {
        element.SetAttributeValue("transform", $"rotate({Number(degrees)} {Number(x)} {Number(y)})");
        return element;
    }

    private static string Shortened(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";

    private static string Points(IEnumerable<(double X, double Y)> points) => string.Join(' ', points.Select(point => Point(point.X, point.Y)));

    private static string Point(double x, double y) => $"{Number(x)},{Number(y)}";

    private static string Rounded(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => ratio.ToString(ratio < 0.1 ? "0.0 %" : "0 %", CultureInfo.InvariantCulture);
}
