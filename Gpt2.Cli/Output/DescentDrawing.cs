// The map of gpt2 network descent: contour lines of the loss, and the hiker's path down.

using System.Xml.Linq;
using Gpt2.Core;
using Gpt2.Core.Drawing;
using Gpt2.Core.Laboratory;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws walks.</summary>
internal static class DescentDrawing
{
    private const int Left = 84, Top = 96, Side = 560, Right = 200, Bottom = 60, Width = Left + Side + Right, Height = Top + Side + Bottom;
    private const int Levels = 12, MostDots = 300, FewNeurons = 16, FineGrid = 121, CoarseGrid = 81;

    /// <summary>
    /// Up to this ratio of their ranges, both parameters are drawn on the same scale, on which a step is perpendicular to the contours.
    /// </summary>
    private const double MostUneven = 6;

    /// <summary>Of a walk that diverges, the map shows the places whose loss is at most so many times that of the start.</summary>
    private const double HighestShown = 5;

    private const string Style =
        PlotAxes.Style + "\n" + HeatMap.Style
        + """

          .ground-heat { opacity: 0.42; } .contour { stroke: #5d6875; stroke-width: 1; fill: none; } .path { stroke: #27303b; stroke-width: 2.5; }
          .step { fill: #27303b; } .start { fill: #ffffff; stroke: #27303b; stroke-width: 2.5; }
          .end { fill: #0072b2; stroke: #ffffff; stroke-width: 2; }
          .muted, .key { font-size: 14px; } .swatch { stroke: #8a95a3; } polyline { stroke-linejoin: round; }
          @media (prefers-color-scheme: dark) { .contour { stroke: #9aa7b5; } .path { stroke: #ffffff; } .step { fill: #ffffff; }
          .start { fill: #12171e; stroke: #ffffff; } .end { fill: #58a6d6; stroke: #12171e; } }
          """;

    /// <summary>Draws the map.</summary>
    public static string Draw(Descent descent)
    {
        SurfacePoint start = descent.Trail[0], end = descent.Trail[^1];
        string title = Invariant($"The loss as {descent.AcrossName} and {descent.UpName} change, and {Plural.Of(descent.Steps, "step")} of descent");
        string summary = Invariant($"learning rate {descent.Rate}: ") + (descent.Climbs
            ? "too large, the walk diverges"
            : $"loss {FigureText.Of(start.Loss)} at the start, {FigureText.Of(end.Loss)} at the end");
        SurfacePoint[] shown = Shown(descent);
        PlotAxes axes = AxesFor(shown);
        int size = descent.Network.Count <= FewNeurons ? FineGrid : CoarseGrid;
        double[,] grid = descent.Surface.Grid((axes.Across.From, axes.Up.From), (axes.Across.To, axes.Up.To), size);
        double[] losses = [.. grid.Cast<double>()];
        double least = losses.Min(), most = losses.Max();

        XElement root = Create(Width, Height, title, Style, summary + ".");
        root.Add(Label(Left, 36, title, "title"), Label(Left, 60, summary, "muted"));
        bool even = Math.Abs((axes.Across.To - axes.Across.From) - (axes.Up.To - axes.Up.From)) < 1e-9 * (axes.Up.To - axes.Up.From);
        string steepest = even ? "; a step begins at a right angle to them, straight down" : "";
        root.Add(Label(Left, 82, "contour lines join places of the same loss" + steepest, "muted"));
        (XElement clip, XElement map) = axes.Clipped("map");
        root.Add(clip, map);
        if (most > least && least >= 0)
        {
            AddGround(map, axes, grid, new HeightScale(least, most));
            foreach (double level in ContourLines.Levels(least, most, Levels))
            {
                map.Add(Contour(axes, grid, level));
            }
        }

        root.Add(axes.Frame(descent.AcrossName, descent.UpName, grid: false));
        map.Add(axes.Polyline("path", shown.Select(place => (place.Across, place.Up))));
        map.Add(shown.Skip(1).Take(MostDots).Select(place => axes.Dot("step", place.Across, place.Up, 3)));
        map.Add(axes.Dot("start", start.Across, start.Up, 7), axes.Dot("end", shown[^1].Across, shown[^1].Up, 7));
        AddKey(root, shown.Length - 1, least, most);
        return root + "\n";
    }

    /// <summary>The places of a walk; of one that diverges, those before it has gone far.</summary>
    private static SurfacePoint[] Shown(Descent descent)
    {
        double highest = Math.Max(descent.Trail[0].Loss, 1e-12) * HighestShown;
        return [.. descent.Trail.TakeWhile(place => place.Loss <= highest)];
    }

    private static PlotAxes AxesFor(SurfacePoint[] shown)
    {
        PlotRange across = PlotRange.Of(shown.Select(place => place.Across), 0.3), up = PlotRange.Of(shown.Select(place => place.Up), 0.3);
        double wide = across.To - across.From, tall = up.To - up.From, both = Math.Max(wide, tall);
        bool even = both <= MostUneven * Math.Min(wide, tall) || wide == 0 || tall == 0;
        return new PlotAxes(Left, Top, Side, Side, Around(across, even ? both : wide), Around(up, even ? both : tall));

        static PlotRange Around(PlotRange range, double width)
        {
            double centre = (range.From + range.To) / 2;
            return new PlotRange(centre - (width / 2), centre + (width / 2));
        }
    }

    /// <summary>The height as colour, on the scale of the contour lines.</summary>
    private static void AddGround(XElement map, PlotAxes axes, double[,] grid, HeightScale heights)
    {
        int size = grid.GetLength(0);
        double cell = axes.Width / (size - 1);
        float?[][] shades = new float?[size][];
        for (int row = 0; row < size; row++)
        {
            shades[size - 1 - row] =
                [.. Enumerable.Range(0, size).Select(column => (float?)((2 * heights.ShareOf(grid[row, column])) - 1))];
        }

        XElement ground = HeatMap.Draw(axes.Left - (cell / 2), axes.Top - (cell / 2), cell, cell, shades, scale: 1);
        XElement group = Element("g", "ground-heat");
        group.Add(ground);
        map.Add(group);
    }

    private static XElement Contour(PlotAxes axes, double[,] grid, double level)
    {
        double X(double column) => axes.Left + (column / (grid.GetLength(1) - 1) * axes.Width);
        double Y(double row) => axes.Top + axes.Height - (row / (grid.GetLength(0) - 1) * axes.Height);
        XElement line = Element("path", "contour", ("d", string.Concat(ContourLines.Of(grid, level).Select(piece =>
            Invariant($"M{X(piece[0]):0.#} {Y(piece[1]):0.#}L{X(piece[2]):0.#} {Y(piece[3]):0.#}")))));
        line.Add(Hint("loss " + FigureText.Of(level)));
        return line;
    }

    private static void AddKey(XElement root, int steps, double least, double most)
    {
        const double X = Left + Side + 28, Swatch = 26;
        root.Add(Element("circle", "start", ("cx", X + 8), ("cy", Top + 10), ("r", 7)), Label(X + 26, Top + 15, "start", "key"));
        root.Add(Element("circle", "end", ("cx", X + 8), ("cy", Top + 36), ("r", 7)));
        root.Add(Label(X + 26, Top + 41, "after " + Plural.Of(steps, "step"), "key"));
        if (most <= least)
        {
            root.Add(Label(X, Top + 84, "the loss is", "key"), Label(X, Top + 104, "the same everywhere", "key"));
            return;
        }

        root.Add(Label(X, Top + 84, "loss", "key"));
        var heights = new HeightScale(least, most);
        const int Shown = (2 * HeatMap.Shades) + 1;
        for (int i = 0; i < Shown; i++)
        {
            int shade = HeatMap.Shades - i;
            double y = Top + 96 + (i * Swatch), level = heights.At((Shown - 1 - i) / (double)(Shown - 1));
            XElement group = Element("g", "ground-heat");
            if (shade != 0)
            {
                group.Add(Element(
                    "rect", shade < 0 ? "below" : "above", ("x", X), ("y", y), ("width", Swatch), ("height", Swatch),
                    ("fill-opacity", Math.Abs(shade) / (double)HeatMap.Shades)));
            }
            else
            {
                group.Add(Element("rect", "cell", ("x", X), ("y", y), ("width", Swatch), ("height", Swatch)));
            }

            root.Add(group, Label(X + Swatch + 10, y + (Swatch / 2) + 5, FigureText.Of(level), "key"));
        }
    }
}
