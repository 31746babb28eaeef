// A map of words as an SVG picture: points with their words, at the same scale in both directions.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Drawing;
using Gpt2.Core.Measurement;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws maps.</summary>
internal static class EmbeddingMapDrawing
{
    private const int Width = 860, Height = 680, Left = 24, Top = 86, LongestWord = 24;
    private const double Radius = 4.5;

    private const string Style =
        """
        .plot { fill: #f6f8fa; } .zero { stroke: #d5dce4; } .leader { stroke: #8a95a3; stroke-width: 0.8; } .dot { fill: #0072b2; }
        @media (prefers-color-scheme: dark) {
        .plot { fill: #1a212a; } .zero { stroke: #333e4b; } .leader { stroke: #6f7c8b; } .dot { fill: #58a6d6; } }
        """;

    /// <summary>Draws the picture.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="axes">What the axes are, for the line below the title.</param>
    /// <param name="points">The points with their words as shown.</param>
    public static string Draw(string title, string axes, IReadOnlyList<(string Word, double[] Point)> points)
    {
        var frame = new ScatterFrame(new Box(Left, Top, Width - Left, Height - Left), [.. points.Select(one => one.Point)]);
        (IReadOnlyList<XElement> labels, int leftOut) = frame.Labels(
            points.Select(one => (one.Point, TokenText.Shortened(one.Word, LongestWord), "label")),
            points.Select(one => frame.Area(one.Point, Radius + 1)));

        XElement root = SvgPicture.Create(Width, Height, title, Style);
        root.Add(Label(Left, 36, title, "title"), Label(Left, 58, axes, "muted"));
        string note = "What is near here need not be near in all dimensions."
            + (leftOut > 0 ? $" There was no room for {leftOut} words: point at their dots." : "");
        root.Add(Label(Left, 75, note, "muted"), frame.Ground(), labels);
        foreach ((string word, double[] point) in points)
        {
            root.Add(frame.Dot(point, Radius, "dot", string.Create(CultureInfo.InvariantCulture, $"{word}: {point[0]:0.###}, {point[1]:0.###}")));
        }

        return root + "\n";
    }
}
