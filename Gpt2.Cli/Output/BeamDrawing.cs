// The tree of a beam search as an SVG picture: a column for each token, a row for each branch that ends.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Drawing;
using Gpt2.Core.Generation.Beams;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws trees.</summary>
internal static class BeamDrawing
{
    private const int Column = 190, Row = 40, Left = 20, Top = 96, BoxWidth = 150, BoxHeight = 32, LongestToken = 18, MinWidth = 640;

    private const string Style =
        """
        .muted { font-size: 11px; } .token { font-weight: 600; } path { fill: none; stroke: #b6c0cb; } .box { fill: #ffffff; stroke: #8a95a3; }
        .kept { fill: #eef4fb; stroke: #0072b2; } .finished { fill: #e6f4ee; stroke: #00805e; stroke-width: 2; }
        .dropped { stroke-dasharray: 3 3; } .best { stroke: #00805e; }
        @media (prefers-color-scheme: dark) {
        path { stroke: #465464; } .box { fill: #12171e; stroke: #6f7c8b; }
        .kept { fill: #1a2330; stroke: #58a6d6; } .finished { fill: #14302a; stroke: #3fbf95; } .best { stroke: #3fbf95; } }
        """;

    /// <summary>Draws the picture.</summary>
    /// <param name="prompt">The prompt, as shown to a reader.</param>
    /// <param name="result">The result of the search.</param>
    /// <param name="tokenOf">Formats a token for a reader.</param>
    public static string Draw(string prompt, BeamResult result, Func<int, string> tokenOf)
    {
        Dictionary<BeamNode, double> places = Places(result.Tree, out int rows);
        int depth = places.Keys.Max(node => node.Depth);
        int width = Math.Max(MinWidth, (2 * Left) + (depth * Column) - (Column - BoxWidth) + 60), height = Top + (rows * Row) + 20;
        HashSet<BeamNode> best = PathOf(result);
        string title = "Beam search after " + prompt;

        XElement root = SvgPicture.Create(width, height, title, Style);
        root.Add(Label(Left, 34, title, "title"));
        root.Add(Label(Left, 56, "Of each token its probability, and that of the path to it.", "muted"));
        root.Add(Label(Left, 73, "Blue: kept. Dashed: dropped. Green: finished, with its score. Thick line: the best text.", "muted"));
        foreach (BeamNode node in places.Keys.Where(node => node.Parent is not null).OrderBy(best.Contains))
        {
            root.Add(Edge(node, places, best.Contains(node)));
        }

        foreach (BeamNode node in places.Keys.Where(node => node.Parent is not null))
        {
            root.Add(Box(node, places[node], tokenOf(node.Id)));
        }

        return root + "\n";
    }

    /// <summary>The tokens of the best text.</summary>
    public static HashSet<BeamNode> PathOf(BeamResult result)
    {
        var path = new HashSet<BeamNode>();
        for (BeamNode? node = result.Hypotheses.Count > 0 ? result.Hypotheses[0].Leaf : null; node?.Parent is not null; node = node.Parent)
        {
            path.Add(node);
        }

        return path;
    }

    /// <summary>
    /// Gives a leaf the next row, and every other node the middle of its children's rows. No recursion, because a long
    /// text is a deep tree.
    /// </summary>
    private static Dictionary<BeamNode, double> Places(BeamNode root, out int rows)
    {
        var places = new Dictionary<BeamNode, double>();
        var toDo = new Stack<BeamNode>([root]);
        rows = 0;
        while (toDo.TryPeek(out BeamNode? node))
        {
            if (node.Children.Count == 0)
            {
                places[toDo.Pop()] = rows++;
            }
            else if (places.ContainsKey(node.Children[^1]))
            {
                places[toDo.Pop()] = (places[node.Children[0]] + places[node.Children[^1]]) / 2;
            }
            else
            {
                foreach (BeamNode child in node.Children.Reverse())
                {
                    toDo.Push(child);
                }
            }
        }

        return places;
    }

    private static XElement Edge(BeamNode node, Dictionary<BeamNode, double> places, bool best)
    {
        double fromX = node.Depth == 1 ? Left - 10 : X(node.Parent!) + BoxWidth, fromY = Y(places[node.Parent!]), x = X(node), y = Y(places[node]);
        double middle = (fromX + x) / 2;
        XElement edge = Element("path", best ? "best" : "", ("d", string.Create(
            CultureInfo.InvariantCulture, $"M {fromX:0.#} {fromY:0.#} C {middle:0.#} {fromY:0.#} {middle:0.#} {y:0.#} {x:0.#} {y:0.#}")));
        edge.Add(new XAttribute("stroke-width", best ? "3" : "1.2"));
        return edge;
    }

    private static XElement[] Box(BeamNode node, double row, string token)
    {
        string kind = node.Fate switch { BeamFate.Kept => "box kept", BeamFate.Dropped => "box dropped", _ => "box finished" };
        double x = X(node), y = Y(row);
        string shown = TokenText.Shortened(token, LongestToken);
        string numbers = $"{Probability.OfLog(node.LogProbability)}, path {Probability.OfLog(node.Sum)}";
        List<XElement> elements =
        [
            Element("rect", kind, ("x", x), ("y", y - (BoxHeight / 2.0)), ("width", BoxWidth), ("height", BoxHeight), ("rx", 5)),
            Label(x + 8, y - 3, shown, "token"),
            Label(x + 8, y + 11, numbers, "muted"),
        ];
        if (node.Score is double score)
        {
            elements.Add(Label(x + BoxWidth + 6, y + 4, score.ToString("F3", CultureInfo.InvariantCulture), "muted"));
        }

        return [.. elements];
    }

    private static double X(BeamNode node) => Left + 20 + ((node.Depth - 1) * Column);

    private static double Y(double row) => Top + (row * Row) + (Row / 2.0);
}
