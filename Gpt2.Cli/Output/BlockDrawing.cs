// The sixteen steps of a block as an SVG picture: on the left the residual stream with its two additions; on the right
// what is added, step by step as TransformerBlock.Forward computes it, each step with the matrix it wrote. This file
// does the layout.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws blocks.</summary>
internal sealed class BlockDrawing
{
    private const int MaxTokens = 12, MaxHeads = 4, MaxColumns = 32, MaxHidden = 48, MaxSampled = 64, LongestToken = 9;
    private const int Width = 1000, MapWidth = 176, HalfWidth = 280, Gap = 26, Cell = 10, Caption = 19, Below = 15, RowGap = 22, Top = 96;
    private const int LaneLabels = 84, Lane = 90, Panel = 302, Labels = 368, First = 374;
    private const int Second = First + MapWidth + Gap, Third = Second + MapWidth + Gap, Right = Third + MapWidth, Half = Right - HalfWidth;

    private const string Style =
        """
        .panel { fill: #f5f7fa; stroke: #d5dce4; } .flow { stroke: #8a95a3; stroke-width: 1.5; fill: none; } .head { fill: #8a95a3; }
        .stream { stroke: #0f8a6a; stroke-width: 5; fill: none; } .sum { fill: #ffffff; stroke: #0f8a6a; stroke-width: 2.5; }
        .plus { font-size: 20px; font-weight: 600; fill: #0f8a6a; } .streamname { font-weight: 600; fill: #0f8a6a; }
        .pill { fill: #27303b; } .step { fill: #ffffff; font-size: 10.5px; font-weight: 700; } .name { font-weight: 600; font-size: 12.5px; }
        .part { font-weight: 700; font-size: 11px; fill: #5d6875; letter-spacing: 0.08em; } .shape, .number, .token { fill: #5d6875; }
        .shape { font-size: 11px; }
        .number { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: 10.5px; } .token { font-size: 9.5px; }
        @media (prefers-color-scheme: dark) {
        .panel { fill: #181f28; stroke: #2d3743; } .flow { stroke: #7d8b9a; } .head { fill: #7d8b9a; } .stream { stroke: #35b98f; }
        .sum { fill: #12171e; stroke: #35b98f; } .plus, .streamname { fill: #35b98f; } .pill { fill: #d5dce4; } .step { fill: #12171e; }
        .part, .shape, .number, .token { fill: #9aa7b5; } }
        """;

    private readonly BlockActivations a;
    private readonly Gpt2Config config;
    private readonly string[] tokens;
    private readonly int shown, heads, total;
    private readonly int rowHeight;
    private readonly XElement root;
    private readonly List<XElement> maps = [];

    private BlockDrawing(XElement root, BlockActivations a, Gpt2Config config, string[] tokens, int shown)
    {
        this.root = root;
        this.a = a;
        this.config = config;
        heads = config.Heads;
        this.tokens = tokens;
        this.shown = shown;
        total = a.Scores.Columns / heads;
        rowHeight = RowHeight(shown);
    }

    /// <summary>Draws the picture.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="prompt">The prompt, as shown to a reader.</param>
    /// <param name="tokens">Its tokens, as shown to a reader.</param>
    /// <param name="config">The model's sizes.</param>
    /// <param name="a">The activations of the block.</param>
    public static string Draw(string model, string prompt, string[] tokens, Gpt2Config config, BlockActivations a)
    {
        int shown = Math.Min(tokens.Length, MaxTokens);
        int height = Top + 72 + (9 * RowHeight(shown)) + 6;
        XElement root = Create(
            Width, height, Invariant($"The sixteen steps of block {a.Block} of {model}, computed for {prompt}"), Style + "\n" + HeatMap.Style,
            "From top to bottom: the residual stream comes in as step 1. From it come layer normalisation (2, 3), queries, keys and values (4, 5), "
            + "scores and attention of each head (6, 7), attended values (8) and their projection (9), which is added to it as step 10. From that "
            + $"come layer normalisation (11, 12), the hidden layer (13), {VariantFormulas.NameOfActivation(config.Activation)} (14) and its "
            + "projection (15), which is added to it as step 16. Every "
            + "step is a heat map of its matrix, with the numbers with which the last row begins.");
        root.Add(Label(24, 34, Invariant($"A transformer block in sixteen steps: block {a.Block} of {config.Layers} of {model}"), "title"));
        string rows = Invariant($"What it computes for {prompt}{Part(shown, tokens.Length)}. ")
            + Invariant($"Rows are tokens, columns channels{Part(MaxColumns, config.Channels)}.");
        root.Add(Label(24, 56, rows, "muted"));
        root.Add(Label(24, 74, "Below a map are the numbers with which its last row begins, and the shape of the whole matrix.", "muted"));
        new BlockDrawing(root, a, config, [.. tokens.Select(token => TokenText.Shortened(token, LongestToken))], shown)
            .Draw(a.Block + 1 < config.Layers ? Invariant($"to block {a.Block + 1}") : "to the last norm");
        return root + "\n";
    }

    private static string Part(int most, int all) => most < all ? Invariant($" (the first {most} of {all})") : "";

    private static int RowHeight(int tokens) => Caption + (tokens * Cell) + Below + RowGap;

    private string DividedBy => VariantFormulas.ScoreDivisor(config, a.Block) is string divisor
        ? " / " + divisor.Replace("√(head size)", "√size", StringComparison.Ordinal) : "";

    private string Bend => config.Activation switch
    {
        ActivationFunction.Relu => "negative numbers become 0",
        ActivationFunction.Tanh => "every number from −1 to 1",
        _ => "negative numbers fade",
    };

    /// <summary>
    /// Draws everything. Rows 0 to 4 of maps are attention's, 5 to 7 the MLP's, and below is what the next block gets.
    /// </summary>
    private void Draw(string next)
    {
        int attention = Top, mlp = attention + 24 + (5 * rowHeight) + 6, end = mlp + 24 + (3 * rowHeight) + 6;
        double[] y = [.. Enumerable.Range(0, 8).Select(row => (row < 5 ? attention : mlp) + 24.0 + (row % 5 * rowHeight)), end + 6];
        AddPanel(attention, mlp - 6, "ATTENTION");
        AddPanel(mlp, end - 6, "FEED-FORWARD (MLP)");
        AddStream(y, next);
        AddAttention(y);
        AddFeedForward(y);
        AddKey(y[8]);
        root.Add(maps);
    }

    private void AddStream(double[] y, string next)
    {
        double x = Lane + (MapWidth / 2.0);
        root.Add(Line("stream", x, y[0] - 18, x, y[0] - 4), Line("stream", x, MapBottom(y[0]) + 20, x, y[5] - 4));
        root.Add(Line("stream", x, MapBottom(y[5]) + 20, x, y[8] - 4), Line("stream", x, MapBottom(y[8]) + 20, x, MapBottom(y[8]) + 34));
        root.Add(Label(x - 12, y[0] - 7, "residual stream", "streamname", "end"));
        root.Add(Label(x - 12, MapBottom(y[8]) + 33, next, "streamname", "end"));
        AddMap(1, Lane, y[0], LaneLabels);
        AddMap(10, Lane, y[5], LaneLabels);
        AddMap(16, Lane, y[8], LaneLabels);
        foreach ((int row, string sum) in new[] { (4, "10 = 9 + 1"), (7, "16 = 15 + 10") })
        {
            root.Add(Element("circle", "sum", ("cx", x), ("cy", MapMiddle(y[row])), ("r", 13)));
            root.Add(Label(x, MapMiddle(y[row]) + 7, "+", "plus", "middle"), Label(x - 22, MapMiddle(y[row]) + 4, sum, "streamname", "end"));
            AddFlow((Panel + 12, MapMiddle(y[row])), (x + 16, MapMiddle(y[row])));
        }

        AddFlow((Lane + MapWidth + 4, MapMiddle(y[0])), (Panel + 10, MapMiddle(y[0])));
        AddFlow((Lane + MapWidth + 4, MapMiddle(y[5])), (Panel + 10, MapMiddle(y[5])));
    }

    private void AddAttention(double[] y)
    {
        AddMap(2, First, y[0], Labels);
        AddAcross(First + MapWidth, Second, y[0]);
        AddMap(3, Second, y[0]);
        AddNote(
            Third, y[0] + Caption + 9, "Layer normalisation: step 2 brings", "each row to mean 0 and variance 1,",
            "step 3 multiplies by a gain and adds",
            "a bias, both learned, by column.");
        AddDown(Second + (MapWidth / 2), y[0]);

        AddQkv(y[1]);
        for (int part = 0; part < 3; part++)
        {
            AddDown(First + (MapWidth / 2) + (part * (MapWidth + Gap)), y[1]);
        }

        AddMap(5, First, y[2], Labels, matrix: a.Queries);
        AddMap(5, Second, y[2], matrix: a.Keys);
        AddMap(5, Third, y[2], matrix: a.Values);
        AddDown(First + (MapWidth / 2), y[2]);
        AddDown(Second + 48, y[2]);
        AddFlow((Right + 3, MapMiddle(y[2])), (Right + 12, MapMiddle(y[2])), (Right + 12, MapMiddle(y[4])), (Right + 3, MapMiddle(y[4])));

        AddHeads(6, First, y[3], Labels, "q · k" + DividedBy);
        AddAcross(First + HalfWidth, Half, y[3]);
        AddHeads(7, Half, y[3], null, "softmax: rows sum to 1");
        AddDown(Third + (MapWidth / 2), y[3]);

        AddMap(8, Third, y[4]);
        AddFlow((Third - 4, MapMiddle(y[4])), (First + MapWidth + 4, MapMiddle(y[4])));
        AddNote(Second, MapMiddle(y[4]) - 21, "Each head mixes rows of", "values, as step 7 says.");
        AddNote(Second, MapMiddle(y[4]) + 16, "Step 9 mixes the heads.");
        AddMap(9, First, y[4], Labels);
    }

    private void AddFeedForward(double[] y)
    {
        AddMap(11, First, y[5], Labels);
        AddAcross(First + MapWidth, Second, y[5]);
        AddMap(12, Second, y[5]);
        AddNote(Third, y[5] + Caption + 9, "Layer normalisation again, of the", "sum, with a gain and a bias of", "its own.");
        AddDown(Second + 48, y[5]);
        string hiddenWidth = config.HasUsualHidden ? "four times as wide" : "as wide as n_inner says";
        AddMap(13, First, y[6], Labels, width: HalfWidth, most: MaxHidden, note: hiddenWidth);
        AddAcross(First + HalfWidth, Half, y[6]);
        AddMap(14, Half, y[6], width: HalfWidth, most: MaxHidden, note: Bend);
        double down = Third + (MapWidth / 2);
        AddFlow((down, MapBottom(y[6]) + Below + 4), (down, MapMiddle(y[7])), (First + MapWidth + 4, MapMiddle(y[7])));
        AddNote(Second, MapMiddle(y[7]) - 21, "One product brings it", "back to the stream's width.");
        AddMap(15, First, y[7], Labels);
    }

    private void AddQkv(double y)
    {
        int channels = a.Qkv.Columns / 3, sampled = Math.Min(channels, MaxSampled);
        double width = (Right - First - 4) / 3.0;
        for (int part = 0; part < 3; part++)
        {
            int first = part * channels;
            float?[][] cells = Rows(row => Enumerable.Range(0, sampled).Select(i => (float?)a.Qkv[row, first + (i * channels / sampled)]));
            maps.Add(HeatMap.Draw(First + (part * (width + 2)), y + Caption, width / sampled, Cell, cells, ScaleOf(cells)));
        }

        string sample = sampled < channels ? Invariant($"; {3 * sampled} of the columns are drawn") : "";
        AddCaption(
            4, BlockStep.NameOf(4), a.Qkv, First, y, Right - First, Numbers(a.Qkv.Row(shown - 1)[..3], more: true),
            Invariant($"one product, with weights [{channels}, {3 * channels}]{sample}"));
        AddLabels(Labels, y);
    }

    /// <summary>Scores or attention: a triangle for each head, empty where a token must not look.</summary>
    private void AddHeads(int step, double x, double y, double? labels, string note)
    {
        Matrix matrix = a.MatricesOf(step)[0];
        int drawn = Math.Min(heads, MaxHeads);
        double width = (HalfWidth - ((MaxHeads - 1) * 12)) / (double)MaxHeads;
        float?[][][] triangles = [.. Enumerable.Range(0, drawn).Select(head => Rows(
            row => Enumerable.Range(0, shown).Select(column => column > row ? (float?)null : matrix[row, (head * total) + column])))];
        double scale = step == 7 ? 1 : ScaleOf(triangles.SelectMany(triangle => triangle));
        for (int head = 0; head < drawn; head++)
        {
            double left = x + (head * (width + 12));
            maps.Add(HeatMap.Draw(left, y + Caption, width / shown, Cell, triangles[head], scale));
            if (shown > 3)
            {
                root.Add(Label(left + width, y + Caption + 9, Invariant($"head {head}"), "token", "end"));
            }
        }

        string numbers = "head 0: " + Numbers(matrix.Row(shown - 1)[..Math.Min(total, 4)], total > 4);
        AddCaption(step, BlockStep.NameOf(step), matrix, x, y, HalfWidth, numbers, note);
        if (labels is double place)
        {
            AddLabels(place, y);
        }
    }

    private void AddMap(
        int step, double x, double y, double? labels = null, Matrix? matrix = null, double width = MapWidth, int most = MaxColumns,
        string note = "")
    {
        string name = matrix is null ? BlockStep.NameOf(step) : matrix.Name[(matrix.Name.LastIndexOf(' ') + 1)..];
        matrix ??= a.MatricesOf(step)[0];
        float?[][] cells = FirstColumns(matrix, most);
        maps.Add(HeatMap.Draw(x, y + Caption, width / cells[0].Length, Cell, cells, ScaleOf(cells)));
        string drawn = note.Length > 0 && most < matrix.Columns ? Invariant($" ({most} of {matrix.Columns})") : "";
        AddCaption(step, name, matrix, x, y, width, Numbers(matrix.Row(shown - 1)[..Math.Min(3, matrix.Columns)], matrix.Columns > 3), note + drawn);
        if (labels is double place)
        {
            AddLabels(place, y);
        }
    }

    private void AddCaption(int step, string name, Matrix matrix, double x, double y, double width, string numbers, string note)
    {
        root.Add(Element("rect", "pill", ("x", x), ("y", y), ("width", 20), ("height", 14), ("rx", 7)));
        root.Add(Label(x + 10, y + 11, Invariant($"{step}"), "step", "middle"));
        XElement text = Label(x + 25, y + 11.5, name, "name");
        if (note.Length > 0)
        {
            text.Add(" ", new XElement(text.Name.Namespace + "tspan", new XAttribute("class", "shape"), new XAttribute("font-weight", 400), note));
        }

        root.Add(text, Label(x, MapBottom(y) + 12, numbers, "number"));
        root.Add(Label(x + width, MapBottom(y) + 12, Invariant($"[{matrix.Rows}, {matrix.Columns}]"), "shape", "end"));
    }

    private void AddLabels(double right, double y) => root.Add(Enumerable.Range(0, shown).Select(
        row => Label(right, y + Caption + (row * Cell) + 8, tokens[row], "token", "end")));

    private void AddNote(double x, double y, params string[] lines) =>
        root.Add(lines.Select((line, i) => Label(x, y + (i * 15), line, "shape")));

    private void AddKey(double y)
    {
        float?[][] ramp = [[.. Enumerable.Range(-HeatMap.Shades, (2 * HeatMap.Shades) + 1).Select(shade => (float?)shade)]];
        maps.Add(HeatMap.Draw(First + 62, y + Caption, 14, 12, ramp, HeatMap.Shades));
        root.Add(Label(First, y + Caption + 10, "negative", "shape"), Label(First + 252, y + Caption + 10, "positive", "shape"));
        AddNote(
            First, y + Caption + 29,
            "Each map has a scale of its own. Scores and attention have a triangle for each head" + Part(MaxHeads, heads) + ":",
            "a token sees itself and those before it. In the residual stream nothing is replaced: the block adds to it twice.");
    }

    private void AddPanel(double top, double bottom, string name) => root.Add(
        Element("rect", "panel", ("x", Panel), ("y", top), ("width", Width - 12 - Panel), ("height", bottom - top), ("rx", 8)),
        Label(Panel + 12, top + 17, name, "part"));

    private void AddAcross(double from, double to, double y) => AddFlow((from + 4, MapMiddle(y)), (to - 3, MapMiddle(y)));

    private void AddDown(double x, double y) => AddFlow((x, MapBottom(y) + Below + 2), (x, MapBottom(y) + Below + RowGap - 2));

    /// <summary>A line with an arrow at its end.</summary>
    private void AddFlow(params (double X, double Y)[] points)
    {
        (double x, double y) = points[^1];
        (double dx, double dy) = (Math.Sign(x - points[^2].X), Math.Sign(y - points[^2].Y));
        points[^1] = (x - (4 * dx), y - (4 * dy));
        root.Add(Element("polyline", "flow", ("points", string.Join(' ', points.Select(Point)))));
        (double X, double Y) left = (x - (7 * dx) - (4 * dy), y - (7 * dy) - (4 * dx));
        (double X, double Y) right = (x - (7 * dx) + (4 * dy), y - (7 * dy) + (4 * dx));
        (double X, double Y)[] head = [(x, y), left, right];
        root.Add(Element("polygon", "head", ("points", string.Join(' ', head.Select(Point)))));
    }

    private static string Point((double X, double Y) point) => $"{Number(point.X)},{Number(point.Y)}";

    private double MapMiddle(double y) => y + Caption + (shown * Cell / 2.0);

    private double MapBottom(double y) => y + Caption + (shown * Cell);

    private float?[][] FirstColumns(Matrix matrix, int most) =>
        Rows(row => Enumerable.Range(0, Math.Min(most, matrix.Columns)).Select(column => (float?)matrix[row, column]));

    private float?[][] Rows(Func<int, IEnumerable<float?>> row) => [.. Enumerable.Range(0, shown).Select(i => row(i).ToArray())];

    /// <summary>
    /// The magnitude that all but the largest 2 % of the numbers stay below: a single large one would leave the others
    /// pale.
    /// </summary>
    private static double ScaleOf(IEnumerable<float?[]> cells)
    {
        IEnumerable<float> numbers = cells.SelectMany(row => row).Where(number => number is not null).Select(number => number!.Value);
        double[] sizes = [.. numbers.Select(number => (double)Math.Abs(number)).Order()];
        return Math.Max(sizes[(sizes.Length - 1) * 98 / 100], float.Epsilon);
    }

    private static string Numbers(Span<float> numbers, bool more)
    {
        var words = new List<string>();
        foreach (float number in numbers)
        {
            string format = Math.Abs(number) switch { < 10 => "0.00", < 1000 => "0.0", _ => "0.#e+0" };
            words.Add((Math.Round(number, 2) + 0.0).ToString(format, CultureInfo.InvariantCulture).Replace('-', '−')); // + 0.0: no −0.00
        }

        return string.Join(' ', words) + (more ? " …" : "");
    }
}
