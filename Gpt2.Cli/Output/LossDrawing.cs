// The losses of a text as a picture: a bar per token, the mean, and for comparison what guessing would cost.

using System.Xml.Linq;
using Gpt2.Core.Drawing;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws losses.</summary>
/// <param name="title">What they are of.</param>
/// <param name="begin">The beginning of the description.</param>
/// <param name="vocabulary">Number of tokens among which could be guessed; null if it is not known.</param>
/// <param name="labels">A label for each bar.</param>
internal sealed class LossDrawing(string title, string begin, int? vocabulary, string[] labels)
{
    /// <summary>More are not drawn.</summary>
    private const int MostBars = 256;

    private const int Width = 760, Left = 24, Bars = 160, Right = 190, Row = 24, Bar = 15, Axis = 34, Ticks = 6;

    /// <summary>How much longer than the longest the bar of an infinite loss is.</summary>
    private const double BeyondAll = 18;

    private const string Style =
        """
        .bar { fill: #c2410c; fill-opacity: 0.75; } .grid { stroke: #d5dce4; } .mean { stroke: #0072b2; stroke-width: 2; }
        .guess { stroke: #5d6875; stroke-dasharray: 5 4; } .meantext { fill: #0072b2; font-weight: 600; }
        @media (prefers-color-scheme: dark) { .bar { fill: #ff9d4d; } .grid { stroke: #2d3743; } .mean { stroke: #58a6d6; }
        .guess { stroke: #9aa7b5; } .meantext { fill: #58a6d6; } }
        """;

    public string Draw(LossRow[] rows)
    {
        LossRow[] drawn = [.. rows.Take(MostBars)];
        double mean = rows[^1].Mean;
        double? guessing = vocabulary is int tokens ? Math.Log(tokens) : null;
        double[] finite = [.. drawn.Select(row => row.Loss).Where(double.IsFinite), double.IsFinite(mean) ? mean : 0, 0.1];
        double largest = finite.Max(), end = guessing is double guess && guess < 1.6 * largest ? Math.Max(largest, guess) : largest;
        string text = (vocabulary is null ? "A bar is −ln p of a target: 0 if it was certain. "
                : $"{begin}A bar is −ln p of a token, where p is the probability it had after the tokens before it: 0 if it was certain. ")
            + $"Blue: their mean, the loss; e^{LossReport.Number(mean)} = {LossReport.PerplexityText(mean)} is the perplexity."
            + (guessing <= end ? Invariant($" Dashed: guessing among all {vocabulary:N0} tokens, ln {vocabulary} = {guessing:0.00}.") : "")
            + (drawn.Length < rows.Length ? Invariant($" The first {drawn.Length} of {rows.Length} tokens are drawn.") : "");
        XElement body = Element("g", "");
        double top = PictureText.Add(body, Left, 56, Width - (2 * Left), text) + 30, height = drawn.Length * Row;
        double scale = (Width - Bars - Right) / end;
        foreach (double tick in new PlotRange(0, end).Ticks(Ticks))
        {
            body.Add(Line("grid", Bars + (tick * scale), top, Bars + (tick * scale), top + height));
            body.Add(Label(Bars + (tick * scale), top + height + 16, Invariant($"{tick:0.##}"), "muted", "middle"));
        }

        body.Add(Label(Left, top + height + 16, "−ln p, in nats", "muted"));
        AddLines(body, top, height, scale, end, mean, guessing);
        for (int place = 0; place < drawn.Length; place++)
        {
            double y = top + (place * Row) + ((Row - Bar) / 2.0);
            double length = double.IsFinite(drawn[place].Loss) ? drawn[place].Loss * scale : (end * scale) + BeyondAll;
            body.Add(Label(Left, y + 12, PictureText.Fitted(labels[place], Bars - Left - 8), "mono"));
            body.Add(Element("rect", "bar", ("x", Bars), ("y", y), ("width", length), ("height", Bar)));
            body.Add(Label(Width - Right + 76, y + 12, LossReport.Number(drawn[place].Loss), "small", "end"));
            body.Add(Label(Width - Left, y + 12, $"p {Probability.Shown(drawn[place].Probability)}", "muted small", "end"));
        }

        XElement root = Create(Width, (int)(top + height + Axis), title, PictureText.Style + "\n" + Style, text);
        root.Add(Label(Left, 32, title, "title"), body);
        return root + "\n";
    }

    private static void AddLines(XElement body, double top, double height, double scale, double end, double mean, double? guessing)
    {
        if (guessing is double guess && guess <= end)
        {
            double x = Bars + (guess * scale);
            body.Add(Line("guess", x, top - 4, x, top + height));
        }

        if (mean <= end)
        {
            double x = Bars + (mean * scale);
            body.Add(Line("mean", x, top - 4, x, top + height));
            body.Add(Label(x, top - 9, $"loss {LossReport.Number(mean)}", "meantext", "middle"));
        }
    }
}
