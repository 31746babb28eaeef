// Heads as small grids: rows are the tokens that attend, columns those that are attended to. One head alone is drawn large, with numbers.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Laboratory;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws attention.</summary>
/// <param name="model">The model's name.</param>
/// <param name="prompt">The prompt, as shown to a reader.</param>
/// <param name="tokens">Its tokens, as shown to a reader.</param>
/// <param name="attention">The attention.</param>
/// <param name="row">The token that is marked.</param>
internal sealed class AttentionDrawing(string model, string prompt, string[] tokens, AttentionHeads attention, int row)
{
    /// <summary>More tokens are not drawn; the attention of the first ones does not depend on those that follow.</summary>
    private const int MostTokens = 32;

    private const int Left = 24, MinWidth = 640, MaxWidth = 1000, Gap = 20, LabelWidth = 76, ColumnLabels = 70;
    private const int Title = 22, HeadingWidth = 118, LargeCell = 46, LargestNumbers = 14;

    private const string Style =
        """
        .head { font-weight: 600; } .mark { fill: none; stroke: #0f8a6a; stroke-width: 2; } .figure { font-size: 10.5px; text-anchor: middle; }
        @media (prefers-color-scheme: dark) { .mark { stroke: #35b98f; } }
        """;

    private readonly int drawn = Math.Min(tokens.Length, MostTokens);

    /// <summary>Draws some heads.</summary>
    public string Draw(HeadAttention[] heads)
    {
        bool isLarge = heads.Length == 1;
        double cell = isLarge ? (drawn <= LargestNumbers ? LargeCell : 22) : drawn <= 12 ? 14 : 12, side = cell * drawn;
        double panel = LabelWidth + Math.Max(side, HeadingWidth);
        int perRow = Math.Max(1, Math.Min(heads.Count(head => head.Block == heads[0].Block), (int)((MaxWidth - (2 * Left) + Gap) / (panel + Gap))));
        int width = Math.Max(MinWidth, (int)((2 * Left) + (perRow * panel) + ((perRow - 1) * Gap)));
        string title = heads.Select(head => head.Block).Distinct().Count() > 1 ? $"Attention of all heads of {model}"
            : isLarge ? Invariant($"Attention of head {heads[0].Head} of block {heads[0].Block} of {model}")
            : Invariant($"Attention of the heads of block {heads[0].Block} of {model}");
        string part = drawn < tokens.Length ? Invariant($", the first {drawn} of {tokens.Length} tokens") : "";
        string text = $"For {prompt}{part}. A row is a token, a column a token that it may take from: itself and those before it. "
            + "The stronger the colour, the more it takes; a row adds up to 100\u00A0%."
            + (row < drawn ? $" Framed: the row of {PictureText.Unbroken(tokens[row])}." : "");
        XElement body = Element("g", "");
        double y = PictureText.Add(body, Left, 56, width - (2 * Left), text) + 14;
        foreach (IGrouping<int, HeadAttention> block in heads.GroupBy(head => head.Block))
        {
            foreach (HeadAttention[] some in block.Chunk(perRow))
            {
                for (int place = 0; place < some.Length; place++)
                {
                    AddHead(body, some[place], Left + (place * (panel + Gap)), y, cell, isLarge && drawn <= LargestNumbers);
                }

                y += Title + side + ColumnLabels + 10;
            }
        }

        XElement root = Create(width, (int)y, title, HeatMap.Style + "\n" + PictureText.Style + "\n" + Style, text);
        root.Add(Label(Left, 32, title, "title"), body);
        return root + "\n";
    }

    private void AddHead(XElement body, HeadAttention head, double x, double y, double cell, bool hasNumbers)
    {
        double left = x + LabelWidth, top = y + Title, side = cell * drawn;
        body.Add(Label(left, y + 14, Invariant($"block {head.Block}, head {head.Head}"), "head"));
        float?[][] cells = [.. Enumerable.Range(0, drawn).Select(from => Enumerable.Range(0, drawn).Select(to =>
            to > from ? (float?)null : attention.Share(head.Block, head.Head, from, to)).ToArray())];
        body.Add(HeatMap.Draw(left, top, cell, cell, cells, scale: hasNumbers ? 1.6 : 1));
        if (row < drawn)
        {
            body.Add(Element("rect", "mark", ("x", left), ("y", top + (row * cell)), ("width", (row + 1) * cell), ("height", cell)));
        }

        for (int token = 0; token < drawn; token++)
        {
            double middle = (token * cell) + (cell / 2) + 4;
            string label = PictureText.Fitted(tokens[token], LabelWidth - 8);
            body.Add(Label(left - 5, top + middle, label, "mono", "end"));
            XElement below = Label(0, 0, PictureText.Fitted(tokens[token], ColumnLabels - 6), "mono", "end");
            below.SetAttributeValue("transform", string.Create(
                CultureInfo.InvariantCulture, $"translate({left + middle:0.##} {top + side + 6:0.##}) rotate(-90)"));
            body.Add(below);
            for (int to = 0; hasNumbers && to <= token; to++)
            {
                body.Add(Label(
                    left + (to * cell) + (cell / 2), top + middle, Invariant($"{100 * cells[token][to]!.Value:0.0}"), "figure"));
            }
        }
    }
}
