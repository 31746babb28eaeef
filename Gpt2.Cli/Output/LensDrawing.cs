// The logit lens as a picture: depths from top to bottom, tokens of the prompt from left to right, in bands if there are many; each cell
// has the most probable token, the stronger coloured the more probable it is.

using System.Xml.Linq;
using Gpt2.Core.Laboratory;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws the grid.</summary>
/// <param name="model">The model's name.</param>
/// <param name="prompt">The prompt, as shown to a reader.</param>
/// <param name="depths">The names of the depths.</param>
/// <param name="tokens">The tokens of the prompt, as shown to a reader.</param>
/// <param name="shown">Formats a token for a reader.</param>
internal sealed class LensDrawing(string model, string prompt, string[] depths, string[] tokens, Func<int, string> shown)
{
    /// <summary>Longer prompts are drawn from their end: a picture has its limits.</summary>
    private const int MostTokens = 80;

    private const int PerBand = 10, Left = 24, Labels = 100, CellWidth = 92, CellHeight = 26, Below = 30, MinWidth = 640, LegendSteps = 5;

    /// <summary>Even the strongest colour leaves the text on it readable.</summary>
    private const double Strongest = 0.55;

    private const string Style =
        """
        .ring { fill: none; stroke: #ffffff; stroke-width: 1; } .p { fill: #0f8a6a; } .answer { fill: none; stroke: #0f8a6a; stroke-width: 2; }
        .given { font-weight: 700; }
        @media (prefers-color-scheme: dark) { .ring { stroke: #12171e; } .p { fill: #1f9c78; } .answer { stroke: #35b98f; } }
        """;

    /// <summary>Draws the readings of all tokens or of one, by depth.</summary>
    public string Draw(LensReading[][] readings)
    {
        int all = readings[0].Length, drawn = Math.Min(all, MostTokens), skipped = all - drawn;
        int bands = (drawn + PerBand - 1) / PerBand;
        int width = Math.Max(MinWidth, Left + Labels + (Math.Min(drawn, PerBand) * CellWidth) + Left);
        string title = Invariant($"Logit lens: what {model} would predict at every depth");
        string part = skipped > 0 ? Invariant($", the last {drawn} of {all} tokens") : "";
        string text = $"For {prompt}{part}. A column is a token of the prompt, a row "
            + "a depth of the residual stream. "
            + "A cell has the token that the language head finds most probable there, the greener the more probable. "
            + "Framed: the token that it predicts in the end.";
        XElement body = Element("g", "");
        double y = PictureText.Add(body, Left, 56, width - (2 * Left), text);
        AddLegend(body, y);
        y += 40;
        for (int band = 0; band < bands; band++)
        {
            int first = skipped + (band * PerBand);
            AddBand(body, readings, first, Math.Min(first + PerBand, all), y);
            y += CellHeight * (depths.Length + 1) + Below;
        }

        XElement root = Create(width, (int)y, title, PictureText.Style + "\n" + Style, text);
        root.Add(Label(Left, 32, title, "title"), body);
        return root + "\n";
    }

    private static void AddLegend(XElement body, double y)
    {
        body.Add(Label(Left, y + 12, "probability", "muted"));
        for (int step = 0; step <= LegendSteps; step++)
        {
            double x = Left + Labels + (step * 56), share = (double)step / LegendSteps;
            body.Add(Element("rect", "p", ("x", x), ("y", y), ("width", 56), ("height", 16), ("fill-opacity", Strongest * share)));
            body.Add(Label(x + 28, y + 12, Invariant($"{100 * share:0} %"), "small", "middle"));
        }
    }

    private void AddBand(XElement body, LensReading[][] readings, int first, int end, double top)
    {
        for (int column = first; column < end; column++)
        {
            double x = Left + Labels + ((column - first) * CellWidth);
            body.Add(Label(x + 5, top + 16, PictureText.Fitted(tokens[readings[0][column].Row], CellWidth - 8), "mono given"));
            for (int depth = 0; depth < depths.Length; depth++)
            {
                AddCell(body, readings[depth][column], x, top + ((depth + 1) * CellHeight));
            }
        }

        for (int depth = 0; depth < depths.Length; depth++)
        {
            body.Add(Label(Left, top + ((depth + 1) * CellHeight) + 17, depths[depth], "muted"));
        }
    }

    private void AddCell(XElement body, LensReading reading, double x, double y)
    {
        TokenAtDepth best = reading.Top[0];
        XElement ground = Element(
            "rect", "p", ("x", x), ("y", y), ("width", CellWidth), ("height", CellHeight), ("fill-opacity", Strongest * best.Probability));
        ground.Add(Hint(Invariant($"{shown(best.Id)} {Probability.Shown(best.Probability)}; {shown(reading.Answer)} ")
            + Invariant($"{Probability.Shown(reading.AnswerProbability)}, rank {reading.AnswerRank + 1}")));
        bool isAnswer = best.Id == reading.Answer;
        body.Add(ground, isAnswer
            ? Element("rect", "answer", ("x", x + 2), ("y", y + 2), ("width", CellWidth - 4), ("height", CellHeight - 4), ("rx", 3))
            : Element("rect", "ring", ("x", x), ("y", y), ("width", CellWidth), ("height", CellHeight)));
        body.Add(Label(x + 6, y + 17, PictureText.Fitted(shown(best.Id), CellWidth - 10), "mono"));
    }
}
