// The loss curve of a run as an SVG picture: the loss of every step, smoothed, and the validation loss.

using System.Globalization;
using System.Text;

namespace Gpt2.Core.Training;

/// <summary>Draws loss curves.</summary>
internal static class LossCurve
{
    private const int Width = 800, Height = 400, Left = 56, Right = 16, Top = 36, Bottom = 44;
    private const int MaxPoints = 600;

    /// <summary>Draws a log with at least one line.</summary>
    public static string Svg(IReadOnlyList<LogLine> log)
    {
        int lastStep = Math.Max(2, log[^1].Step);
        (double Step, double Loss)[] training = Smoothed(log);
        (double Step, double Loss)[] validation =
            [.. log.Where(line => line.ValidationLoss is not null).Select(line => ((double)line.Step, line.ValidationLoss!.Value))];
        double most = Math.Max(0.5, Math.Ceiling(training.Concat(validation).Max(point => point.Loss) * 2) / 2);

        double X(double step) => Left + ((step - 1) / (lastStep - 1) * (Width - Left - Right));
        double Y(double loss) => Height - Bottom - (loss / most * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n");
        for (int tick = 0; tick <= 5; tick++)
        {
            double loss = most * tick / 5, step = 1 + ((lastStep - 1) * tick / 5.0);
            string y = Y(loss).ToString("0.0", CultureInfo.InvariantCulture);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#ddd\"/>\n");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{Y(loss) + 4:0.0}\" text-anchor=\"end\" fill=\"#444\">{loss:0.0}</text>\n");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(step):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\" fill=\"#444\">{step:0}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\" fill=\"#444\">step</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"20\" fill=\"#1f77b4\">training loss (nats per token)</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + 220}\" y=\"20\" fill=\"#d62728\">validation loss</text>\n");
        Polyline(svg, training.Select(point => (X(point.Step), Y(point.Loss))), "#1f77b4");
        Polyline(svg, validation.Select(point => (X(point.Step), Y(point.Loss))), "#d62728");
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Means of neighbouring steps, so that a long run has no more points than fit in the picture.</summary>
    private static (double Step, double Loss)[] Smoothed(IReadOnlyList<LogLine> log)
    {
        int group = ((log.Count - 1) / MaxPoints) + 1;
        return [.. log.Chunk(group).Select(lines => (lines.Average(line => line.Step), lines.Average(line => line.Loss)))];
    }

    private static void Polyline(StringBuilder svg, IEnumerable<(double X, double Y)> points, string colour)
    {
        string coordinates = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.0},{point.Y:0.0}")));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{coordinates}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n");
    }
}
