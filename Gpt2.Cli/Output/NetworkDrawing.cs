// The picture of gpt2 network: the curve and its points, the network's line, and the corners at which its neurons bend it.

using System.Xml.Linq;
using Gpt2.Cli.Commands;
using Gpt2.Core;
using Gpt2.Core.Drawing;
using Gpt2.Core.Laboratory;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws networks.</summary>
internal static class NetworkDrawing
{
    private const int Width = 900, Height = 560, Left = 84, Top = 100, Right = 28, Bottom = 60, MostCornerLines = 40, CurvePlaces = 200;

    private const string Style =
        PlotAxes.Style
        + """

          .curve { stroke: #9aa7b5; stroke-width: 2; stroke-dasharray: 6 4; } .point { fill: #27303b; }
          .network { stroke: #0072b2; stroke-width: 3.5; }
          .corner { fill: #c2410c; } .bend { stroke: #c2410c; stroke-width: 1; stroke-dasharray: 2 4; } .muted, .key { font-size: 14px; }
          polyline { stroke-linejoin: round; }
          @media (prefers-color-scheme: dark) { .curve { stroke: #6f7c8b; } .point { fill: #e3e8ee; } .network { stroke: #58a6d6; }
          .corner { fill: #ff9d4d; } .bend { stroke: #ff9d4d; } }
          """;

    /// <summary>Draws the picture.</summary>
    public static string Draw(NetworkCurve curve, FittedNetwork fitted)
    {
        ReluNetwork network = fitted.Network;
        (double from, double to) = (curve.Points[0].X, curve.Points[^1].X);
        double[] corners =
        [
            .. Enumerable.Range(0, network.Count).Select(i => network[i].Corner).OfType<double>().Where(x => x >= from && x <= to).Distinct().Order(),
        ];
        var axes = new PlotAxes(
            Left, Top, Width - Left - Right, Height - Top - Bottom, PlotRange.Of([from, to], 0.04),
            PlotRange.Of(curve.Points.Select(point => point.Y), 0.12));
        string many = Plural.Of(network.Count, "ReLU");
        string title = fitted.Path is LossPath path
            ? Invariant($"{many} after {path.Steps:N0} steps of gradient descent")
            : $"{many} that {(network.Count == 1 ? "meets" : "meet")} {TokenText.Shortened(curve.Name, 40)}";
        double error = curve.IsParabola ? network.IntegralError() : network.MeanSquaredError(curve.Points);
        string summary = $"mean squared error {FigureText.Of(error)} over {(curve.IsParabola ? "all x" : "the points")}";

        XElement root = Create(Width, Height, title, Style, summary + ".");
        root.Add(Label(Left, 36, title, "title"), Label(Left, 60, summary, "muted"));
        AddKey(root, curve, corners.Length);
        root.Add(axes.Frame("x", "y"));
        (XElement clip, XElement plot) = axes.Clipped("plot");
        root.Add(clip, plot);
        if (corners.Length <= MostCornerLines)
        {
            plot.Add(corners.Select(x => Line("bend", axes.X(x), axes.Y(network.Predict(x)), axes.X(x), Height - Bottom)));
        }

        if (curve.IsParabola)
        {
            plot.Add(axes.Polyline("curve", Enumerable.Range(0, CurvePlaces + 1)
                .Select(i => from + ((to - from) * i / CurvePlaces)).Select(x => (x, Parabola.At(x)))));
        }

        plot.Add(curve.Points.Select(point => axes.Dot("point", point.X, point.Y, 3)));
        plot.Add(axes.Polyline("network", corners.Prepend(from).Append(to).Distinct().Select(x => (x, network.Predict(x)))));
        plot.Add(corners.Select(x => Diamond(axes.X(x), axes.Y(network.Predict(x)))));
        return root + "\n";
    }

    private static void AddKey(XElement root, NetworkCurve curve, int corners)
    {
        double x = Left;
        if (curve.IsParabola)
        {
            root.Add(Line("curve", x, 80, x + 28, 80), Label(x + 36, 85, curve.Name, "key"));
            x += 176;
        }

        root.Add(Element("circle", "point", ("cx", x + 6), ("cy", 80), ("r", 3.5)), Label(x + 18, 85, $"{curve.Points.Count:D} points", "key"));
        x += 130;
        root.Add(Line("network", x, 80, x + 28, 80), Label(x + 36, 85, "network", "key"));
        x += 126;
        root.Add(Diamond(x + 6, 80), Label(x + 18, 85, Plural.Of(corners, "corner"), "key"));
    }

    private static XElement Diamond(double x, double y) =>
        Element("path", "corner", ("d", $"M{Number(x)},{Number(y - 6)} l6,6 l-6,6 l-6,-6 z"));
}
