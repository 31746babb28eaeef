// The picture of `gpt2 price`: predicted against true prices. A point on the diagonal is exact; the lines beside it are where the
// traffic light changes.

using System.Xml.Linq;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>Draws predictions.</summary>
internal static class PriceScatter
{
    private const int Left = 74, Top = 106, Side = 480, Right = 28, Bottom = 62, Width = Left + Side + Right, Height = Top + Side + Bottom;
    private const int Most = 1000, Tick = 200;

    private const string Style =
        """
        .muted { font-size: 11px; } .frame { fill: none; stroke: #b6c0cb; } .grid { stroke: #e3e8ee; } .exact { stroke: #5d6875; stroke-width: 1.2; }
        .edge { fill: none; stroke-width: 1; stroke-dasharray: 5 4; } .edge-green { stroke: #00805e; } .edge-orange { stroke: #d55e00; }
        .green { fill: #00805e; } .orange { fill: #e08214; } .red { fill: #b2182b; } .dot { fill-opacity: 0.75; }
        @media (prefers-color-scheme: dark) {
        .frame { stroke: #465464; } .grid { stroke: #252e38; } .exact { stroke: #9aa7b5; } .edge-green { stroke: #3fbf95; }
        .edge-orange { stroke: #f0883e; } .green { fill: #3fbf95; } .orange { fill: #f0a63e; } .red { fill: #f0616d; } }
        """;

    /// <summary>Draws the predictions of a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="name">The model's name.</param>
    public static string Draw(PriceMethod method, string name)
    {
        PriceErrors errors = method.Errors;
        string title = Invariant($"{method.Pairs.Count} prices predicted by {name}");
        string summary = Invariant($"{method.Name}: off by ${errors.MeanAbsolute:0.00} on average, r² {errors.RSquared:0.000}");
        XElement root = Create(Width, Height, title, Style, summary + ".");
        root.Add(Label(Left, 34, title, "title"));
        root.Add(Label(Left, 56, summary, "muted"));
        double x = Left;
        foreach ((TrafficLight light, int count) in Enum.GetValues<TrafficLight>().Zip(errors.Lights))
        {
            root.Add(Mark(light, x + 5, 79));
            string limits = light switch
            {
                TrafficLight.Green => "off by < $40 or < 20 %",
                TrafficLight.Orange => "< $80 or < 40 %",
                _ => "more",
            };
            root.Add(Label(x + 15, 83, Invariant($"{limits}: {count}"), "muted"));
            x += light == TrafficLight.Green ? 182 : 146;
        }

        for (int tick = 0; tick <= Most; tick += Tick)
        {
            root.Add(Line("grid", X(tick), Y(0), X(tick), Y(Most)));
            root.Add(Line("grid", X(0), Y(tick), X(Most), Y(tick)));
            root.Add(Label(X(tick), Y(0) + 18, Invariant($"${tick}"), "muted", "middle"));
            root.Add(Label(X(0) - 8, Y(tick) + 4, Invariant($"${tick}"), "muted", "end"));
        }

        root.Add(Element("rect", "frame", ("x", Left), ("y", Top), ("width", Side), ("height", Side)));
        root.Add(Line("exact", X(0), Y(0), X(Most), Y(Most)));
        root.Add(Edge("edge-green", dollars: 40, share: 0.2), Edge("edge-orange", dollars: 80, share: 0.4));
        foreach (PricedPair pair in method.Pairs.OrderBy(pair => pair.Light))
        {
            XElement mark = Mark(pair.Light, X(pair.True), Y(Math.Clamp(pair.Predicted, 0, Most)));
            mark.Add(Hint(Invariant($"${pair.True:0} predicted as ${pair.Predicted:0.#}")));
            root.Add(mark);
        }

        root.Add(Label(Left + (Side / 2), Height - 16, "true price", "muted", "middle"));
        XElement vertical = Label(20, Top + (Side / 2), "predicted price", "muted", "middle");
        vertical.Add(new XAttribute("transform", Invariant($"rotate(-90 20 {Top + (Side / 2)})")));
        root.Add(vertical);
        return root + "\n";
    }

    /// <summary>A circle, a triangle or a square, so that the lights are told apart without colours too.</summary>
    private static XElement Mark(TrafficLight light, double x, double y) => light switch
    {
        TrafficLight.Green => Element("circle", "dot green", ("cx", x), ("cy", y), ("r", 3.5)),
        TrafficLight.Orange => Element("path", "dot orange", ("d", $"M{Number(x)},{Number(y - 4.5)} l4.5,8 h-9 z")),
        _ => Element("rect", "dot red", ("x", x - 3.5), ("y", y - 3.5), ("width", 7), ("height", 7)),
    };

    /// <summary>
    /// Where a light changes, above and below the diagonal: off by some dollars, or by a share of the true price if that is more. Of each
    /// line, what is within the frame: its corners are where both are the same and where it leaves the frame.
    /// </summary>
    private static XElement Edge(string kind, double dollars, double share)
    {
        double bend = dollars / share;
        (double True, double Predicted)[] above = [(0, dollars), (bend, bend + dollars), (Most / (1 + share), Most)];
        (double True, double Predicted)[] below = [(dollars, 0), (bend, bend - dollars), (Most, (1 - share) * Most)];
        XElement edges = Element("g", "");
        foreach ((double True, double Predicted)[] corners in ((double, double)[][])[above, below])
        {
            string path = "M" + string.Join(" L", corners.Select(corner => $"{Number(X(corner.True))},{Number(Y(corner.Predicted))}"));
            edges.Add(Element("path", $"edge {kind}", ("d", path)));
        }

        return edges;
    }

    private static double X(double price) => Left + (price / Most * Side);

    private static double Y(double price) => Top + Side - (price / Most * Side);
}
