// The residual stream of one token as a picture: from top to bottom a road as wide as the channels, to which attention and MLP of every
// block add from the side.

using System.Xml.Linq;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Tracing;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws the stream.</summary>
/// <param name="given">The prompt.</param>
/// <param name="trace">Its trace.</param>
/// <param name="lens">Its lens.</param>
/// <param name="row">The token whose stream it is.</param>
/// <param name="additions">What is added to it.</param>
internal sealed class StreamDrawing(
    PromptedModel given, ForwardTrace trace, LogitLens lens, int row, IReadOnlyList<StreamAddition> additions)
{
    private const int MostChannels = 64, Strip = 256, StripHeight = 18, Row = 38;
    private const int Left = 24, Part = Left, Added = 200, Road = 560, Says = 884, Width = 1000;

    private const string Style =
        """
        .road { fill: #0f8a6a; fill-opacity: 0.16; } .flow { stroke: #8a95a3; stroke-width: 1.5; fill: none; } .tip { fill: #8a95a3; }
        .head { font-weight: 600; } .number { font-size: 10.5px; fill: #5d6875; }
        .sum { fill: #ffffff; stroke: #0f8a6a; stroke-width: 2; } .plus { font-size: 15px; font-weight: 600; fill: #0f8a6a; }
        @media (prefers-color-scheme: dark) { .road { fill: #35b98f; } .flow { stroke: #7d8b9a; } .tip { fill: #7d8b9a; }
        .number { fill: #9aa7b5; } .sum { fill: #12171e; stroke: #35b98f; } .plus { fill: #35b98f; } }
        """;

    public string Draw()
    {
        LanguageModel model = given.Model;
        int channels = model.Config.Channels, sampled = Math.Min(channels, MostChannels);
        string token = model.Shown(given.Ids[row]);
        string title = Invariant($"The residual stream of {token} through {model.Name}");
        string text = Invariant($"Token {row} of {given.PromptShown}. On the right the stream, a row of {channels} numbers")
            + (sampled < channels ? Invariant($", of which {sampled} are drawn") : "")
            + ": blue is below zero, orange above, the stronger the farther from it, on a scale that the two strips of a line share. What "
            + "attention and MLP of each block compute from the stream, on the left, is added to it. With each addition its length and its "
            + "cosine to the stream; with the stream its length, and the token that the head would predict there.";
        XElement body = Element("g", "");
        double y = PictureText.Add(body, Left, 56, Width - (2 * Left), text) + 22;
        body.Add(Label(Added, y, "added", "head"), Label(Road, y, "residual stream", "head"), Label(Says, y, "prediction", "head"));
        y += 14;
        double[][] streams = [.. additions.Select(StreamAfter)];
        double top = y;
        body.Add(Element("rect", "road", ("x", Road - 8), ("y", top), ("width", Strip + 16), ("height", (additions.Count * Row) + 10), ("rx", 6)));
        for (int place = 0; place < additions.Count; place++)
        {
            Add(body, additions[place], streams[place], top + 14 + (place * Row));
        }

        XElement root = Create(Width, (int)(top + (additions.Count * Row) + 34), title, HeatMap.Style + PictureText.Style + "\n" + Style, text);
        root.Add(Label(Left, 32, title, "title"), body);
        return root + "\n";
    }

    private void Add(XElement body, StreamAddition addition, double[] stream, double y)
    {
        double middle = y + (StripHeight / 2.0);
        body.Add(Label(Part, middle + 4, StreamReport.NameOf(addition), ""));
        double[] added = VectorGeometry.Doubles(ResidualStream.RowOf(trace, addition, row));
        double scale = ScaleOf(added, stream);
        AddStrip(body, added, scale, Added, y);
        string cosine = addition.Cosine is double cos ? $", cosine {StreamReport.Signed(cos)}" : "";
        body.Add(Label(Added, y + StripHeight + 12, $"length {StreamReport.Length(addition.Added)}{cosine}", "number"));
        bool isFirst = addition.Part == StreamPart.Token;
        double end = isFirst ? Road - 12 : Road - 46;
        body.Add(Line("flow", Added + Strip + 6, middle, end - 4, middle));
        body.Add(Element("path", "tip", ("d", $"M{Number(end)},{Number(middle)}l-8,-4v8z")));
        if (!isFirst)
        {
            body.Add(Element("circle", "sum", ("cx", Road - 34), ("cy", middle), ("r", 9)), Label(Road - 34, middle + 5, "+", "plus", "middle"));
            body.Add(Line("flow", Road - 24, middle, Road - 9, middle));
        }

        AddStrip(body, stream, scale, Road, y);
        body.Add(Label(Road, y + StripHeight + 12, $"length {StreamReport.Length(addition.After)}", "number"));
        if (DepthAfter(addition) is StreamDepth depth)
        {
            TokenAtDepth best = lens.Read(depth, row, 1, 1)[0].Top[0];
            body.Add(Label(Says, middle + 2, PictureText.Fitted(given.Model.Shown(best.Id), Width - Says - 8), "mono"));
            body.Add(Label(Says, y + StripHeight + 12, Probability.Shown(best.Probability), "number"));
        }
    }

    private static void AddStrip(XElement body, double[] numbers, double scale, double x, double y)
    {
        int sampled = Math.Min(numbers.Length, MostChannels);
        float?[] cells = [.. Enumerable.Range(0, sampled).Select(i => (float?)numbers[i * numbers.Length / sampled])];
        body.Add(HeatMap.Draw(x, y, (double)Strip / sampled, StripHeight, [cells], scale));
    }

    private double[] StreamAfter(StreamAddition addition) => VectorGeometry.Doubles(
        (DepthAfter(addition) is StreamDepth depth ? lens.StreamAt(depth) : trace.Activations.TokenEmbeddings).Row(row));

    private static StreamDepth? DepthAfter(StreamAddition addition) =>
        addition.Part == StreamPart.Token ? null : new StreamDepth(addition.Block, addition.Part != StreamPart.Attention);

    /// <summary>What all but the largest 2 % of the numbers stay below, since a single large one would leave the others pale.</summary>
    private static double ScaleOf(params double[][] streams)
    {
        double[] sizes = [.. streams.SelectMany(stream => stream).Select(Math.Abs).Order()];
        return Math.Max(sizes[(sizes.Length - 1) * 98 / 100], float.Epsilon);
    }
}
