// The curves of a run as SVG pictures: the loss of every step, smoothed, with the validation loss and losses to compare with; and the
// other figures of a run, each in a panel of its own. They are drawn from the log alone, so a resumed run has the same pictures.

using System.Xml.Linq;
using Gpt2.Core.Drawing;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Core.Training;

/// <summary>A loss to compare the curve with.</summary>
/// <param name="Name">What reaches it.</param>
/// <param name="Loss">The loss.</param>
internal readonly record struct LossYardstick(string Name, double Loss);

/// <summary>Draws curves of logs.</summary>
internal static class LossCurve
{
    private const int Width = 900, Height = 500, Left = 84, Top = 84, Right = 28, Bottom = 60;
    private const int MaxPoints = 600;
    private const int PanelWidth = 470, PanelHeight = 270, PanelLeft = 72, PanelTop = 40, PanelRight = 18, PanelBottom = 56;

    /// <summary>Of two yardsticks that are nearer than this share of the plot, the lower one's name stands below its line.</summary>
    private const double Near = 0.07;

    /// <summary>The width of a character of a name, on average and rounded up.</summary>
    private const double CharacterWidth = 7.7;

    private const string Style =
        PlotAxes.Style
        + """

          .training { stroke: #0072b2; stroke-width: 2; } .validation { stroke: #c2410c; stroke-width: 2.5; } .last { fill: #c2410c; }
          .yardstick { stroke: #5d6875; stroke-width: 1.5; stroke-dasharray: 7 5; } .key { font-size: 14px; } polyline { stroke-linejoin: round; }
          @media (prefers-color-scheme: dark) { .training { stroke: #58a6d6; } .validation { stroke: #ff9d4d; } .last { fill: #ff9d4d; }
          .yardstick { stroke: #9aa7b5; } }
          """;

    /// <summary>What the name of a figure of an evaluation begins with.</summary>
    public const string Validation = "validation_";

    /// <summary>Draws the losses of a log with at least one line.</summary>
    /// <param name="log">The log.</param>
    /// <param name="unit">What the loss is measured in.</param>
    /// <param name="yardsticks">Losses to compare with.</param>
    public static string Svg(IReadOnlyList<LogLine> log, string unit = "nats per token", params IReadOnlyList<LossYardstick> yardsticks)
    {
        (double Step, double Value)[] training = Smoothed(log, line => line.Loss), validation = Known(log, line => line.ValidationLoss);
        double[] all = [.. training.Concat(validation).Select(point => point.Value), .. yardsticks.Select(yardstick => yardstick.Loss)];
        double least = Math.Min(0, all.Min()), most = Math.Max(least + 0.5, Math.Ceiling(all.Max() * 2.1) / 2);
        var axes = new PlotAxes(
            Left, Top, Width - Left - Right, Height - Top - Bottom, new PlotRange(0, Math.Max(2, log[^1].Step)), new PlotRange(least, most));
        string title = Invariant($"The loss of {Plural.Of(log[^1].Step, "step")}");
        XElement root = Create(Width, Height, title, Style, $"Loss in {unit}, step by step.");
        root.Add(Label(Left, 36, title, "title"));
        AddKey(root, Left, 60, $"training loss ({unit})", "training");
        string last = validation.Length == 0 ? "" : Invariant($"validation loss, at the end {validation[^1].Value:0.000}");
        AddKey(root, Left + 300, 60, last, "validation");
        root.Add(axes.Frame("step", "loss"));
        AddYardsticks(root, axes, yardsticks, [training, validation]);
        root.Add(axes.Polyline("training", training), axes.Polyline("validation", validation));
        root.Add(validation.TakeLast(1).Select(point => axes.Dot("last", point.Step, point.Value, 4)));
        return root + "\n";
    }

    /// <summary>Draws the figures of a log: a panel for each, with the figure "validation_…" of the same name in it.</summary>
    /// <param name="log">At least one line, with figures.</param>
    public static string SvgOfFigures(IReadOnlyList<LogLine> log)
    {
        string[] names = [.. log[0].Figures.Select(figure => figure.Name)];
        string[] panels =
            [.. names.Select(name => name.StartsWith(Validation, StringComparison.Ordinal) ? name[Validation.Length..] : name).Distinct()];
        XElement root = Create(
            2 * PanelWidth, (panels.Length + 1) / 2 * PanelHeight, Invariant($"The figures of {Plural.Of(log[^1].Step, "step")}"), Style);
        for (int i = 0; i < panels.Length; i++)
        {
            Func<LogLine, double?> Of(string name) => line => line.Figures.FirstOrDefault(figure => figure.Name == name).Value;
            (double Step, double Value)[] training = Smoothed(log, Of(panels[i])), validation = Known(log, Of(Validation + panels[i]));
            double[] all = [.. training.Concat(validation).Select(point => point.Value).DefaultIfEmpty(0)];
            double least = Math.Min(0, all.Min()), most = all.Max();
            double left = (i % 2 * PanelWidth) + PanelLeft, top = (i / 2 * PanelHeight) + PanelTop;
            var axes = new PlotAxes(
                left, top, PanelWidth - PanelLeft - PanelRight, PanelHeight - PanelTop - PanelBottom, new PlotRange(0, Math.Max(2, log[^1].Step)),
                new PlotRange(least, most > least ? most : least + 1));
            string title = panels[i].Replace('_', ' ');
            AddKey(root, left, top - 16, names.Contains(panels[i]) ? title : "", "training");
            AddKey(root, left + 180, top - 16, validation.Length > 0 ? $"{title}, validation" : "", "validation");
            root.Add(axes.Frame("step", ""), axes.Polyline("training", training), axes.Polyline("validation", validation));
        }

        return root + "\n";
    }

    private static void AddKey(XElement root, double x, double y, string text, string kind)
    {
        if (text.Length > 0)
        {
            root.Add(Line(kind, x, y, x + 28, y), Label(x + 36, y + 5, text, "key"));
        }
    }

    /// <summary>
    /// Dashed lines with their names at the right, where the curve has fallen. A name stands above its line; below it if another line is
    /// near above, or if a curve would run through the name.
    /// </summary>
    private static void AddYardsticks(
        XElement root, PlotAxes axes, IReadOnlyList<LossYardstick> yardsticks, (double Step, double Value)[][] curves)
    {
        double right = axes.Left + axes.Width;
        foreach (LossYardstick yardstick in yardsticks)
        {
            double y = axes.Y(yardstick.Loss);
            bool hasOneAbove = yardsticks.Any(other =>
                other.Loss > yardstick.Loss && other.Loss - yardstick.Loss < Near * (axes.Up.To - axes.Up.From));
            root.Add(Line("yardstick", axes.Left, y, right, y));
            string name = Invariant($"{yardstick.Name}: {yardstick.Loss:0.000}");
            double left = right - 8 - (CharacterWidth * name.Length);
            bool below = hasOneAbove || (Crosses(axes, curves, left, y - 20, y - 2) && !Crosses(axes, curves, left, y + 2, y + 20));
            root.Add(Label(right - 8, below ? y + 16 : y - 6, name, "key", "end"));
        }
    }

    /// <summary>Whether a curve runs between two heights of the picture, somewhere to the right of a place.</summary>
    private static bool Crosses(PlotAxes axes, (double Step, double Value)[][] curves, double left, double top, double bottom)
    {
        const int Samples = 32;
        foreach ((double Step, double Value)[] curve in curves)
        {
            for (int i = 1; i < curve.Length; i++)
            {
                for (int sample = 0; sample <= Samples; sample++)
                {
                    double part = (double)sample / Samples;
                    double x = axes.X(double.Lerp(curve[i - 1].Step, curve[i].Step, part));
                    double y = axes.Y(double.Lerp(curve[i - 1].Value, curve[i].Value, part));
                    if (x >= left && y >= top && y <= bottom)
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Means of neighbouring steps, so that a long run has no more points than fit in the picture.</summary>
    private static (double Step, double Value)[] Smoothed(IReadOnlyList<LogLine> log, Func<LogLine, double?> value)
    {
        (double Step, double Value)[] known = Known(log, value);
        int group = ((known.Length - 1) / MaxPoints) + 1;
        return [.. known.Chunk(group).Select(points => (points.Average(point => point.Step), points.Average(point => point.Value)))];
    }

    private static (double Step, double Value)[] Known(IReadOnlyList<LogLine> log, Func<LogLine, double?> value) =>
        [.. log.Where(line => value(line) is not null).Select(line => ((double)line.Step, value(line)!.Value))];
}
