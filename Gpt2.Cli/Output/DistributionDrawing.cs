// The distribution of the next token as a picture: the same tokens at several temperatures, and what the filters leave of them.

using System.Xml.Linq;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Filters;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws distributions.</summary>
/// <param name="explanation">The distribution and what became of it.</param>
/// <param name="options">How the token is chosen.</param>
/// <param name="shown">Formats a token for a reader.</param>
internal sealed class DistributionDrawing(DistributionExplanation explanation, GenerationOptions options, Func<int, string> shown)
{
    private const int MostTokens = 16, Left = 24, Labels = 136, Panel = 156, Bar = 84, Gap = 14, Row = 24, BarHeight = 15, MinWidth = 640;

    private const string Style =
        """
        .bar { fill: #0072b2; fill-opacity: 0.45; } .chosen .bar { fill-opacity: 0.9; } .left { fill: #0f8a6a; } .axis { stroke: #b6c0cb; }
        .head { font-weight: 600; } .gone { fill: #c2410c; font-size: 10.5px; } .drawn { fill: #0f8a6a; font-weight: 700; }
        @media (prefers-color-scheme: dark) { .bar { fill: #58a6d6; } .left { fill: #35b98f; } .axis { stroke: #465464; }
        .gone { fill: #ff9d4d; } .drawn { fill: #35b98f; } }
        """;

    private static readonly double[] Temperatures = [0.5, 1, 2];

    private readonly TokenExplanation[] tokens = [.. explanation.Tokens.Take(MostTokens)];

    /// <summary>The temperature that is used; null if the choice is greedy.</summary>
    private double? Given => options.Sampling is { Temperature: > 0 and double given } ? given : null;

    /// <param name="model">The model's name.</param>
    /// <param name="prompt">The prompt, as shown to a reader.</param>
    public string Draw(string model, string prompt)
    {
        double[] temperatures = [.. Temperatures.Append(Given ?? 1).Distinct().Order()];
        double[][] panels = [.. temperatures.Select(At)];
        bool hasFilters = explanation.Stages.Any(stage => stage.Filter is not TemperatureFilter);
        double[] left = [.. tokens.Select(token => token.Renormalised)];
        double full = panels.Append(left).SelectMany(panel => panel).Max();
        int count = panels.Length + (hasFilters ? 1 : 0), width = Math.Max(MinWidth, Left + Labels + (count * (Panel + Gap)) - Gap + Left);
        string title = $"What follows {prompt}", text = Text(model, hasFilters);
        XElement body = Element("g", "");
        double top = PictureText.Add(body, Left, 56, width - (2 * Left), text) + 34;
        int others = explanation.Tokens.Count - tokens.Length, rows = tokens.Length + (others > 0 ? 1 : 0);
        for (int place = 0; place < tokens.Length; place++)
        {
            string label = PictureText.Fitted(shown(tokens[place].Id), Labels - 14);
            body.Add(Label(Left, top + (place * Row) + 16, label, tokens[place].Id == explanation.Drawn ? "mono drawn" : "mono"));
        }

        if (others > 0)
        {
            body.Add(Label(Left, top + (tokens.Length * Row) + 16, Invariant($"{others:N0} others"), "muted"));
        }

        for (int panel = 0; panel < panels.Length; panel++)
        {
            bool isGiven = temperatures[panel] == Given;
            AddPanel(
                body, panel, top, Invariant($"temperature {temperatures[panel]:0.###}"), isGiven ? "chosen" : "", "bar", panels[panel], full,
                others > 0 ? 1 - panels[panel].Sum() : null, _ => null);
        }

        if (hasFilters)
        {
            AddPanel(
                body, panels.Length, top, "what is left", "chosen", "bar left", left, full, others > 0 ? 1 - left.Sum() : null,
                place => tokens[place].DroppedBy?.Name);
        }

        XElement root = Create(width, (int)(top + (rows * Row) + 20), title, PictureText.Style + "\n" + Style, text);
        root.Add(Label(Left, 32, title, "title"), body);
        return root + "\n";
    }

    private string Text(string model, bool hasFilters)
    {
        string stages = string.Join(", ", explanation.Stages.Where(stage => stage.Filter is not TemperatureFilter)
            .Select(stage => Invariant($"{stage.Filter.Label} leaves {stage.Kept:N0} tokens")));
        string drawn = PictureText.Unbroken(shown(explanation.Drawn));
        return $"The most probable next tokens of {model}. A temperature divides the logits before the softmax: below 1 the probable become more "
            + "probable, above 1 less so." + (Given is double given ? Invariant($" Here it is {given:0.###}.") : "")
            + (hasFilters ? $" Then {stages}, whose probabilities are scaled to add up to 1." : "")
            + (Given is null ? $" Greedy choice takes {drawn}." : Invariant($" Seed {options.Sampling!.Seed} draws {drawn}."));
    }

    private static void AddPanel(
        XElement body, int panel, double top, string heading, string kind, string bar, double[] shares, double full, double? others,
        Func<int, string?> droppedBy)
    {
        double x = Left + Labels + (panel * (Panel + Gap));
        XElement group = Element("g", kind);
        group.Add(Label(x, top - 10, heading, kind.Length > 0 ? "head" : "muted"));
        group.Add(Line("axis", x, top - 2, x, top + ((shares.Length + (others is null ? 0 : 1)) * Row)));
        for (int place = 0; place < shares.Length; place++)
        {
            double y = top + (place * Row);
            if (droppedBy(place) is string filter)
            {
                group.Add(Label(x + 6, y + 16, "✗ " + filter, "gone"));
                continue;
            }

            double length = Bar * shares[place] / full;
            group.Add(Element("rect", bar, ("x", x), ("y", y + ((Row - BarHeight) / 2.0)), ("width", length), ("height", BarHeight)));
            group.Add(Label(x + length + 5, y + 16, Probability.Shown(shares[place]), "small"));
        }

        if (others is double rest)
        {
            group.Add(Label(x + 5, top + (shares.Length * Row) + 16, Probability.Shown(rest < 1e-12 ? 0 : rest), "muted small"));
        }

        body.Add(group);
    }

    /// <summary>The probabilities at a temperature T: softmax(score / T) over the tokens that may be repeated.</summary>
    private double[] At(double temperature)
    {
        double best = explanation.Tokens.Where(IsAllowed).Max(token => token.Score);
        double Weight(TokenExplanation token) => IsAllowed(token) ? Math.Exp((token.Score - best) / temperature) : 0;
        double sum = explanation.Tokens.Sum(Weight);
        return [.. tokens.Select(token => Weight(token) / sum)];
    }

    private static bool IsAllowed(TokenExplanation token) => token.DroppedBy is not NoRepeatNgramFilter;
}
