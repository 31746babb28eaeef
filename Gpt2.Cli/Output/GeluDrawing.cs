// The picture of gpt2 network gelu: ReLU and GELU above, their slopes below.

using System.Xml.Linq;
using Gpt2.Core.Drawing;
using Gpt2.Core.Laboratory;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws activations.</summary>
internal static class GeluDrawing
{
    private const int Left = 84, Top = 84, PlotWidth = 400, PlotHeight = 400, Gap = 90, Width = Left + PlotWidth + Gap + PlotWidth + 28;
    private const int Height = Top + PlotHeight + 60, Places = 320;
    private const double Most = 4;

    private const string Style =
        PlotAxes.Style
        + """

          .relu { stroke: #8a95a3; stroke-width: 2.5; stroke-dasharray: 7 5; } .gelu { stroke: #0072b2; stroke-width: 3.5; }
          .zero { stroke: #8a95a3; } .muted, .key { font-size: 14px; } polyline { stroke-linejoin: round; }
          @media (prefers-color-scheme: dark) { .relu { stroke: #9aa7b5; } .gelu { stroke: #58a6d6; } .zero { stroke: #6f7c8b; } }
          """;

    /// <summary>Draws the picture.</summary>
    public static string Draw()
    {
        IReadOnlyList<ActivationPoint> points =
            GeluCurve.At([.. Enumerable.Range(0, Places + 1).Select(i => -Most + (2 * Most * i / Places))]);
        const string Title = "GELU, the activation of GPT-2, beside ReLU";
        XElement root = Create(Width, Height, Title, Style, "Left, both functions from −4 to 4; right, their slopes.");
        root.Add(Label(Left, 36, Title, "title"));
        root.Add(Line("gelu", Left, 58, Left + 28, 58), Label(Left + 36, 63, "GELU, in GPT-2's form", "key"));
        root.Add(Line("relu", Left + 214, 58, Left + 242, 58), Label(Left + 250, 63, "ReLU", "key"));
        var values = new PlotAxes(Left, Top, PlotWidth, PlotHeight, new PlotRange(-Most, Most), new PlotRange(-1, Most));
        var slopes = new PlotAxes(Left + PlotWidth + Gap, Top, PlotWidth, PlotHeight, new PlotRange(-Most, Most), new PlotRange(-0.4, 1.4));
        Add(values, "value", [(-Most, 0), (0, 0), (Most, Most)], point => point.Tanh);
        Add(slopes, "slope", [(-Most, 0), (0, 0), (0, 1), (Most, 1)], point => point.Slope);
        return root + "\n";

        void Add(PlotAxes axes, string name, (double, double)[] relu, Func<ActivationPoint, double> gelu)
        {
            root.Add(axes.Frame("x", name));
            root.Add(Line("zero", axes.X(-Most), axes.Y(0), axes.X(Most), axes.Y(0)), Line("zero", axes.X(0), Top, axes.X(0), Top + PlotHeight));
            root.Add(axes.Polyline("relu", relu), axes.Polyline("gelu", points.Select(point => (point.X, gelu(point)))));
        }
    }
}
