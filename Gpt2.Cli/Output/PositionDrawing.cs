// The picture of gpt2 embeddings positions: the curve of the position embeddings, and beside it the clouds that tokens make at all positions.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Drawing;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Measurement;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws positions.</summary>
internal static class PositionDrawing
{
    private const int Margin = 24, Panel = 500, Top = 92, Height = Top + Panel + Margin;
    private const int MostClouds = 6, MostDots = 256, OthersOfEach = 8, LongestWord = 20;
    private const double Radius = 3, NamedRadius = 5;

    private const string Style =
        """
        .plot { fill: #f6f8fa; } .zero { stroke: #d5dce4; } .leader { stroke: #8a95a3; stroke-width: 0.8; } .strong { font-weight: 600; }
        .other { fill: #8a95a3; } .faint { fill: #5d6875; font-size: 11px; } .named { stroke: #ffffff; } .curve { stroke-width: 1.6; }
        @media (prefers-color-scheme: dark) {
        .plot { fill: #1a212a; } .zero { stroke: #333e4b; } .leader { stroke: #6f7c8b; } .other { fill: #6f7c8b; } .faint { fill: #9aa7b5; }
        .named { stroke: #12171e; } }
        .cloud0 { fill: #0072b2; } .cloud1 { fill: #c2410c; } .cloud2 { fill: #00805e; }
        .cloud3 { fill: #a13a86; } .cloud4 { fill: #8a6d00; } .cloud5 { fill: #5b5fc7; }
        @media (prefers-color-scheme: dark) {
        .cloud0 { fill: #58a6d6; } .cloud1 { fill: #f08a5d; } .cloud2 { fill: #3fbf95; }
        .cloud3 { fill: #d48abf; } .cloud4 { fill: #c9ab3a; } .cloud5 { fill: #9a9df0; } }
        """;

    public static string Draw(PositionReport report)
    {
        int[] clouds = [.. report.Clouds.Take(MostClouds)];
        int width = (2 * Margin) + Panel + (clouds.Length > 0 ? Margin + Panel : 0);
        string title = Invariant($"The {report.Positions.Count} positions of {report.Source.Name}");
        XElement root = SvgPicture.Create(width, Height, title, Style);
        root.Add(Label(Margin, 36, title, "title"));
        root.Add(Label(Margin, 62, "Position embeddings on a plane, in order: a line from blue to orange", "strong"));
        root.Add(Label(Margin, 80, report.Axes, "muted"), Curve(report));
        if (clouds.Length > 0)
        {
            AddClouds(root, report, clouds);
        }

        return root + "\n";
    }

    private static IEnumerable<XElement> Curve(PositionReport report)
    {
        double[][] points = report.Map.Coordinates;
        var frame = new ScatterFrame(new Box(Margin, Top, Margin + Panel, Top + Panel), points);
        IEnumerable<XElement> lines = points.Skip(1).Select((point, before) =>
        {
            XElement line = Line("curve", frame.X(points[before]), frame.Y(points[before]), frame.X(point), frame.Y(point));
            line.Add(new XAttribute("stroke", ColourOf(before + 1, points.Length)));
            return line;
        });
        IEnumerable<XElement> dots = points.Select((point, position) =>
        {
            XElement dot = frame.Dot(point, Radius, "", Invariant($"position {position}: {point[0]:0.###}, {point[1]:0.###}"));
            dot.Add(new XAttribute("fill", ColourOf(position, points.Length)));
            return dot;
        });
        (IReadOnlyList<XElement> labels, _) = frame.Labels(
            report.Named().Select(position => (points[position], position.ToString(CultureInfo.InvariantCulture), "")),
            points.Select(point => frame.Area(point, Radius + 1)));
        return [.. frame.Ground(), .. lines, .. dots, .. labels];
    }

    private static void AddClouds(XElement root, PositionReport report, int[] clouds)
    {
        int left = (2 * Margin) + Panel, count = report.Positions.Count;
        int step = (count + MostDots - 1) / MostDots;
        int[] shown = [.. Enumerable.Range(0, count).Where(position => position % step == 0
            || Enumerable.Range(0, report.Prompt.Length).Any(place => place == position))];
        double[][][] dots = [.. clouds.Select(id => shown.Select(position => report.Positions.At(position, report.Source.Table[id])).ToArray())];
        int[] others = [.. clouds.SelectMany(id => report.Source.Table.Nearest(
                report.Source.Table[id], clouds, NeighbourOrder.Distance, Math.Max(1, OthersOfEach / clouds.Length)))
            .Select(one => one.Row).Distinct()];
        double[][] middles = [.. others.Concat(clouds).Select(id => Sum(report.Source.Table[id], report.Positions.Middle))];
        var plane = PrincipalComponents.Of([.. dots.SelectMany(cloud => cloud), .. middles], axes: 2);
        double[][][] placed = [.. dots.Select(cloud => cloud.Select(plane.Project).ToArray())];
        double[][] centres = [.. middles.Select(plane.Project)];
        var frame = new ScatterFrame(
            new Box(left, Top, left + Panel, Top + Panel), [.. placed.SelectMany(cloud => cloud), .. centres]);

        root.Add(Label(left, 62, "A token at all positions: each makes a cloud of the same shape", "strong"));
        root.Add(Label(
            left, 80, "Grey: the middles of the nearest other clouds." + (report.Prompt.Length > 0 ? " Large dots: the prompt." : ""), "muted"));
        root.Add(frame.Ground());
        IEnumerable<Box> taken = placed.SelectMany(cloud => cloud).Select(point => frame.Area(point, Radius))
            .Concat(centres.Select(point => frame.Area(point, Radius + 1)));
        (IReadOnlyList<XElement> labels, _) = frame.Labels(
            [
                .. clouds.Select((id, cloud) => (placed[cloud][0], Named(report, id), $"strong cloud{cloud}")),
                .. others.Select((id, other) => (centres[other], Named(report, id), "faint")),
            ],
            taken);
        foreach ((int id, int other) in others.Select((id, other) => (id, other)))
        {
            root.Add(frame.Dot(centres[other], Radius + 0.5, "other", $"{report.Source.Shown(id)}, the middle of its cloud"));
        }

        for (int cloud = 0; cloud < clouds.Length; cloud++)
        {
            for (int dot = 0; dot < shown.Length; dot++)
            {
                int position = shown[dot];
                bool inPrompt = position < report.Prompt.Length && report.Prompt[position] == clouds[cloud];
                root.Add(frame.Dot(
                    placed[cloud][dot], inPrompt ? NamedRadius : Radius - 0.8, $"cloud{cloud}" + (inPrompt ? " named" : ""),
                    Invariant($"{report.Source.Shown(clouds[cloud])} at position {position}")));
            }
        }

        root.Add(labels);
    }

    private static string Named(PositionReport report, int id) => TokenText.Shortened(report.Source.Shown(id), LongestWord);

    private static double[] Sum(double[] x, double[] y) => [.. x.Zip(y, (one, other) => one + other)];

    /// <summary>From blue to orange.</summary>
    private static string ColourOf(int position, int count)
    {
        double share = count < 2 ? 0 : (double)position / (count - 1);
        int Mixed(int from, int to) => (int)Math.Round(from + ((to - from) * share));
        return Invariant($"#{Mixed(0x1f, 0xe0):x2}{Mixed(0x7f, 0x72):x2}{Mixed(0xd0, 0x10):x2}");
    }
}
