// The curves of a run as SVG pictures: the loss of every step, smoothed, with the validation loss; and the other figures of a run,
// each in a panel of its own.

using System.Globalization;
using System.Text;

namespace Gpt2.Core.Training;

/// <summary>Draws curves of logs.</summary>
internal static class LossCurve
{
    private const int Width = 800, Height = 400, Left = 56, Right = 16, Top = 36, Bottom = 44;
    private const int MaxPoints = 600;
    private const int PanelWidth = 400, PanelHeight = 220;
    private const string Blue = "#1f77b4", Red = "#d62728";

    /// <summary>What the name of a figure of an evaluation begins with.</summary>
    public const string Validation = "validation_";

    /// <summary>Draws the losses of a log with at least one line.</summary>
    /// <param name="log">The log.</param>
    /// <param name="unit">What the loss is measured in.</param>
    public static string Svg(IReadOnlyList<LogLine> log, string unit = "nats per token")
    {
        (double Step, double Value)[] training = Smoothed(log, line => line.Loss), validation = Known(log, line => line.ValidationLoss);
        double most = Math.Max(0.5, Math.Ceiling(training.Concat(validation).Max(point => point.Value) * 2) / 2);
        StringBuilder svg = Begin(Width, Height);
        var panel = new Panel(0, 0, Width, Height, Math.Max(2, log[^1].Step), 0, most, Ticks: 5, "0.0");
        panel.Frame(svg);
        panel.Title(svg, $"training loss ({unit})", "validation loss", secondAt: 220);
        panel.Line(svg, training, Blue);
        panel.Line(svg, validation, Red);
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Draws the figures of a log: a panel for each, with the figure "validation_…" of the same name in it.</summary>
    /// <param name="log">At least one line, with figures.</param>
    public static string SvgOfFigures(IReadOnlyList<LogLine> log)
    {
        string[] names = [.. log[0].Figures.Select(figure => figure.Name)];
        string[] panels =
            [.. names.Select(name => name.StartsWith(Validation, StringComparison.Ordinal) ? name[Validation.Length..] : name).Distinct()];
        StringBuilder svg = Begin(2 * PanelWidth, (panels.Length + 1) / 2 * PanelHeight);
        for (int i = 0; i < panels.Length; i++)
        {
            Func<LogLine, double?> Of(string name) => line => line.Figures.FirstOrDefault(figure => figure.Name == name).Value;
            (double Step, double Value)[] training = Smoothed(log, Of(panels[i])), validation = Known(log, Of(Validation + panels[i]));
            double[] all = [.. training.Concat(validation).Select(point => point.Value).DefaultIfEmpty(0)];
            double least = Math.Min(0, all.Min()), most = all.Max();
            var panel = new Panel(
                i % 2 * PanelWidth, i / 2 * PanelHeight, PanelWidth, PanelHeight, Math.Max(2, log[^1].Step), least,
                most > least ? most : least + 1, Ticks: 4, "0.###");
            string title = panels[i].Replace('_', ' ');
            panel.Frame(svg);
            panel.Title(svg, names.Contains(panels[i]) ? title : "", validation.Length > 0 ? $"{title}, validation" : "", secondAt: 130);
            panel.Line(svg, training, Blue);
            panel.Line(svg, validation, Red);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static StringBuilder Begin(int width, int height) => new StringBuilder()
        .Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n")
        .Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n");

    /// <summary>Means of neighbouring steps, so that a long run has no more points than fit in the picture.</summary>
    private static (double Step, double Value)[] Smoothed(IReadOnlyList<LogLine> log, Func<LogLine, double?> value)
    {
        (double Step, double Value)[] known = Known(log, value);
        int group = ((known.Length - 1) / MaxPoints) + 1;
        return [.. known.Chunk(group).Select(points => (points.Average(point => point.Step), points.Average(point => point.Value)))];
    }

    private static (double Step, double Value)[] Known(IReadOnlyList<LogLine> log, Func<LogLine, double?> value) =>
        [.. log.Where(line => value(line) is not null).Select(line => ((double)line.Step, value(line)!.Value))];

    /// <summary>A coordinate system: steps from 1 to the right, values upwards.</summary>
    private readonly record struct Panel(int X, int Y, int Width, int Height, int LastStep, double Least, double Most, int Ticks, string Format)
    {
        public void Frame(StringBuilder svg)
        {
            for (int tick = 0; tick <= Ticks; tick++)
            {
                double value = Least + ((Most - Least) * tick / Ticks), step = 1 + ((LastStep - 1) * tick / (double)Ticks);
                string y = AtValue(value).ToString("0.0", CultureInfo.InvariantCulture);
                string label = value.ToString(Format, CultureInfo.InvariantCulture);
                svg.Append(
                    CultureInfo.InvariantCulture, $"<line x1=\"{X + Left}\" x2=\"{X + Width - Right}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#ddd\"/>\n");
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{X + Left - 8}\" y=\"{AtValue(value) + 4:0.0}\" text-anchor=\"end\" fill=\"#444\">{label}</text>\n");
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{AtStep(step):0.0}\" y=\"{Y + Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#444\">{step:0}</text>\n");
            }

            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X + (Width / 2)}\" y=\"{Y + Height - 8}\" text-anchor=\"middle\" fill=\"#444\">step</text>\n");
        }

        public void Title(StringBuilder svg, string training, string validation, int secondAt)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X + Left}\" y=\"{Y + 20}\" fill=\"{Blue}\">{training}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X + Left + secondAt}\" y=\"{Y + 20}\" fill=\"{Red}\">{validation}</text>\n");
        }

        public void Line(StringBuilder svg, IEnumerable<(double Step, double Value)> points, string colour)
        {
            Panel panel = this;
            string coordinates = string.Join(' ', points.Select(point => string.Create(
                CultureInfo.InvariantCulture, $"{panel.AtStep(point.Step):0.0},{panel.AtValue(point.Value):0.0}")));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polyline points=\"{coordinates}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n");
        }

        private double AtStep(double step) => X + Left + ((step - 1) / (LastStep - 1) * (Width - Left - Right));

        private double AtValue(double value) => Y + Height - Bottom - ((value - Least) / (Most - Least) * (Height - Top - Bottom));
    }
}
