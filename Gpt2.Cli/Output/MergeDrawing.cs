// The picture of gpt2 tokenize --merges: every word as a row of boxes, first a box for each byte, and below it the boxes after each merge.

using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Gpt2.Core;
using Gpt2.Core.Text;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Draws merges.</summary>
internal static class MergeDrawing
{
    /// <summary>What is drawn at most: words, and bytes of a word.</summary>
    public const int MostWords = 24, MostBytes = 48;

    private const int Left = 24, Chips = 176, Cell = 34, Row = 38, Box = 28, Heading = 44, Gap = 20;

    private const int Top = 84, Explained = 20, Right = 28, MinWidth = 760;

    private const string Style =
        """
        .muted { font-size: 13px; } .box { fill: #ffffff; stroke: #8a95a3; } .joined { fill: #d9ebf7; stroke: #0072b2; stroke-width: 2; }
        .letter { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: 15px; } .word { font-size: 15px; font-weight: 600; }
        .id { font-size: 13px; font-weight: 600; fill: #0072b2; }
        @media (prefers-color-scheme: dark) { .box { fill: #12171e; stroke: #6f7c8b; } .joined { fill: #1c3a52; stroke: #58a6d6; }
        .id { fill: #7fc0ea; } }
        """;

    /// <summary>Draws the picture.</summary>
    /// <param name="words">The words of a text; the first are drawn.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    public static string Draw(IEnumerable<WordExplanation> words, Vocabulary vocabulary)
    {
        var drawn = new List<WordExplanation>();
        int more = 0;
        foreach (WordExplanation word in words) // of a long text, no more is kept than is drawn
        {
            if (drawn.Count < MostWords)
            {
                drawn.Add(word);
            }
            else
            {
                more++;
            }
        }

        int widest = drawn.Select(word => LengthOf(word, vocabulary)).Where(length => length <= MostBytes).DefaultIfEmpty(0).Max();
        int width = Math.Max(MinWidth, Chips + (widest * Cell) + Right);
        string title = drawn.Count == 1 ? "The merges of " + Shown(drawn[0]) : $"The merges of {Plural.Of(drawn.Count + more, "word")}";
        var body = new List<XElement>();
        var letters = new ByteLetters();
        foreach (WordExplanation word in drawn)
        {
            letters.Add(Encoding.UTF8.GetBytes(word.Word));
        }

        string? explanation = letters.Explanation();
        double y = Top + (explanation is null ? 0 : Explained);
        foreach (WordExplanation word in drawn)
        {
            y = Add(body, word, vocabulary, y) + Gap;
        }

        if (more > 0)
        {
            body.Add(Label(Left, y + 14, $"and {more} more", "muted"));
            y += 28;
        }

        XElement root = Create(width, (int)y + 4, title, Style, "Each word is a row of bytes; each further row joins one pair of neighbours.");
        root.Add(Label(Left, 36, title, "title"));
        root.Add(Label(Left, 60, "A box for each byte. In each pass the pair of the lowest rank is joined, until no merge is left.", "muted"));
        if (explanation is not null)
        {
            root.Add(Label(Left, 80, explanation, "muted"));
        }

        root.Add(body);
        return root + "\n";
    }

    /// <summary>Draws a word, and returns where it ends.</summary>
    private static double Add(List<XElement> body, WordExplanation word, Vocabulary vocabulary, double y)
    {
        body.Add(Label(Left, y + 16, Shown(word), "word"));
        y += Heading - 12;
        if (LengthOf(word, vocabulary) > MostBytes)
        {
            body.Add(Label(Left, y + 14, $"{LengthOf(word, vocabulary)} bytes are too many for a picture: --merges lists them", "muted"));
            return y + 24;
        }

        AddRow(body, word.Bytes, [], "bytes", null, vocabulary, y);
        IReadOnlyList<int> before = word.Bytes;
        foreach ((MergePass pass, int i) in word.Passes.Select((pass, i) => (pass, i)))
        {
            y += Row;
            AddRow(body, pass.Ids, Joined(before, pass), Invariant(i + 1, "pass "), Invariant(pass.Rank, "rank "), vocabulary, y);
            before = pass.Ids;
        }

        y += Row;
        double x = Chips;
        body.Add(Label(Left, y + 12, word.Ids.Count == 1 ? "id" : "ids", "muted"));
        foreach (int id in word.Ids)
        {
            double width = vocabulary.BytesOf(id).Length * Cell;
            body.Add(Label(x + (width / 2), y + 12, Invariant(id), "id", "middle"));
            x += width;
        }

        return y + 18;
    }

    /// <summary>Which tokens of a pass were made in it: those that took the place of two.</summary>
    private static HashSet<int> Joined(IReadOnlyList<int> before, MergePass pass)
    {
        var joined = new HashSet<int>();
        for (int from = 0, to = 0; to < pass.Ids.Count; to++)
        {
            bool isPair = from + 1 < before.Count && before[from] == pass.Merge.Left && before[from + 1] == pass.Merge.Right
                && pass.Ids[to] != before[from];
            if (isPair)
            {
                joined.Add(to);
            }

            from += isPair ? 2 : 1;
        }

        return joined;
    }

    private static void AddRow(
        List<XElement> body, IReadOnlyList<int> ids, HashSet<int> joined, string name, string? rank, Vocabulary vocabulary, double y)
    {
        body.Add(Label(Left, y + 19, name, "muted"));
        if (rank is not null)
        {
            body.Add(Label(Chips - 16, y + 19, rank, "muted", "end"));
        }

        double x = Chips;
        for (int i = 0; i < ids.Count; i++)
        {
            double width = vocabulary.BytesOf(ids[i]).Length * Cell;
            XElement box = Element(
                "rect", joined.Contains(i) ? "joined" : "box", ("x", x + 1.5), ("y", y), ("width", width - 3), ("height", Box), ("rx", 5));
            box.Add(Hint($"id {Invariant(ids[i])}"));
            body.Add(box);
            body.Add(Label(x + (width / 2), y + 19, vocabulary.WrittenForm(ids[i]), "letter", "middle"));
            x += width;
        }
    }

    private static string Shown(WordExplanation word) => TokenText.Quoted(TokenText.Shortened(word.Word, 24));

    private static int LengthOf(WordExplanation word, Vocabulary vocabulary) => word.Bytes.Sum(id => vocabulary.BytesOf(id).Length);

    private static string Invariant(int number, string before = "") => before + number.ToString(CultureInfo.InvariantCulture);
}
