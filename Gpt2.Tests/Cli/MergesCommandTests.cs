// gpt2 merges, on the lecture's corpus, and the picture of gpt2 tokenize --svg.

using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class MergesCommandTests : IDisposable
{
    private static readonly string[] Lecture = ["merges", "low:5", "lower:2", "newest:6", "widest:3", "--end", "_"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>The fact of the workshop: es, est, est_, lo, low, ne, new, newest_, low_, wi, and the corpus after them.</summary>
    [Fact]
    public void Lecture_TenMerges_AreThoseOfTheFacts()
    {
        JsonElement result = JsonDocument.Parse(CommandRun.Of([.. Lecture, "--count", "10", "--json"]).Result()).RootElement;

        JsonElement[] merges = [.. result.GetProperty("merges").EnumerateArray()];
        merges.Select(merge => merge.GetProperty("token").GetString())
            .Should().Equal("es", "est", "est_", "lo", "low", "ne", "new", "newest_", "low_", "wi");
        merges.Select(merge => merge.GetProperty("count").GetInt64()).Should().Equal(9, 9, 9, 7, 7, 6, 6, 6, 5, 3);
        merges[^1].GetProperty("words").EnumerateArray().Select(word => string.Join('·', word.EnumerateArray().Select(token => token.GetString())))
            .Should().Equal("low_", "low·e·r·_", "newest_", "wi·d·est_");
        result.GetProperty("words")[1].GetProperty("bytes").EnumerateArray().Select(letter => letter.GetString())
            .Should().Equal("l", "o", "w", "e", "r", "_");
    }

    [Fact]
    public void Report_HasTheWordsAfterEachMerge()
    {
        string[] lines = CommandRun.Of(Lecture).Result().Split('\n');

        lines[2].Trim().Should().Be("l·o·w·_  l·o·w·e·r·_  n·e·w·e·s·t·_  w·i·d·e·s·t·_");
        lines[3].Should().MatchRegex(@"^ +1 +e \+ s +9 +es +l·o·w·_  l·o·w·e·r·_  n·e·w·es·t·_  w·i·d·es·t·_$");
        lines[12].Should().MatchRegex(@"^ +10 +w \+ i +3 +wi +low_  low·e·r·_  newest_  wi·d·est_$");
        lines[13].Should().Be("10 merges learned from 16 words, 4 of them different");
    }

    [Fact]
    public void Words_WithoutCountsOrPairs_ShowThatNothingIsLeft()
    {
        CommandRun.Of("merges", "ab").Result().Should().EndWith("0 merges learned from 1 word, 1 of them different; no other pair occurs twice\n");
        CommandRun.Of("merges", "a:b:2", "größer:3").Result().Should().Contain("a·:·b").And.Contain("Ã·¶");
        CommandRun.OnScreen(80, "merges", "ö:2").Error.Should().Contain("Ã is byte C3");
    }

    [Theory]
    [InlineData("words: found 'low:x', expected WORD or WORD:COUNT, such as lower:2", "low:x")]
    [InlineData("words: found 'low:0', *", "low:0")]
    [InlineData("words: found ':3', *", ":3")]
    [InlineData("the word 'low' is there twice, *", "low:5", "low:2")]
    [InlineData("--end: the word 'a_b' has the end mark '_' in it, *", "a_b", "--end", "_")]
    [InlineData("--count: found 0, *", "a", "--count", "0")]
    public void Words_Wrong_AreRefusedInOneLine(string line, params string[] args) =>
        CommandRun.Of(["merges", .. args]).ErrorLine(2).Should().Match("gpt2: " + line);

    [Fact]
    public void Picture_OfAWord_HasARowOfBoxesForEachPass()
    {
        string file = folder.PathOf("a.svg");

        CommandRun run = CommandRun.Of("tokenize", " quick", "--merges", "--svg", file);

        run.Result().Should().Contain("\" quick\"");
        run.Error.Should().Be($"{file}: the picture of the merges\n");
        XElement[] boxes = Boxes(File.ReadAllText(file));
        int passes = run.Out.Split('\n').Count(line => line.Contains(" + ", StringComparison.Ordinal));
        passes.Should().Be(5);
        boxes.Where(box => box.Attribute("class")!.Value == "joined").Should().HaveCount(passes);
        boxes.Should().HaveCount(6 + 5 + 4 + 3 + 2 + 1, "each pass leaves one token less");
        boxes.GroupBy(box => box.Attribute("y")!.Value).Should().HaveCount(6).And.OnlyContain(
            row => row.Sum(box => double.Parse(box.Attribute("width")!.Value, CultureInfo.InvariantCulture) + 3) == 6 * 34,
            "a token is as wide as its bytes");
    }

    [Theory]
    [InlineData("a", 1)]
    [InlineData("größer 字👍 \u0001", 18)]
    [InlineData("", 0)]
    public void Picture_OfOneLetterOrOddBytes_HasABoxForEachByte(string text, int bytes)
    {
        using var culture = new DecimalCommaCulture();
        string picture = CommandRun.With(text, "tokenize", "--svg", "-").Result();

        string[] firstRows = [.. XElement.Parse(picture).Descendants().Where(element => element.Value == "bytes")
            .Select(label => (double.Parse(label.Attribute("y")!.Value, CultureInfo.InvariantCulture) - 19)
                .ToString(CultureInfo.InvariantCulture))];
        Boxes(picture).Count(box => firstRows.Contains(box.Attribute("y")!.Value)).Should().Be(bytes);
    }

    [Fact]
    public void Picture_OfTheSamePairTwice_MarksBoth()
    {
        string vocabulary = folder.PathOf("vocab.bpe");
        File.WriteAllText(vocabulary, "#version: 0.2\na a\na b\n");

        XElement[] boxes = Boxes(CommandRun.Of("tokenize", "aaaab", "--vocab", vocabulary, "--svg", "-").Result());

        boxes.Count(box => box.Attribute("class")!.Value == "joined").Should().Be(2);
        boxes.Should().HaveCount(5 + 3);
        CommandRun.Of("tokenize", "a", "--vocab", vocabulary, "--svg", vocabulary).ErrorLine(2).Should().Contain("the command reads this");
    }

    [Fact]
    public void Picture_OfManyOrLongWords_IsNotEndless()
    {
        string many = CommandRun.With(string.Concat(Enumerable.Repeat("a ", 500)), "tokenize", "--svg", "-").Result();
        XElement.Parse(many).Descendants().Count(element => element.Value == "bytes").Should().BeLessThanOrEqualTo(24);
        many.Should().Contain(" more<");

        string @long = CommandRun.Of("tokenize", new string('q', 500), "--svg", "-").Result();
        @long.Should().Contain("500 bytes are too many for a picture");
        Boxes(@long).Should().BeEmpty();
    }

    private static XElement[] Boxes(string picture) =>
        [.. XElement.Parse(picture).Descendants().Where(element => element.Attribute("class")?.Value is "box" or "joined")];
}
