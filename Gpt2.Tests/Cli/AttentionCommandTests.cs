// gpt2 attention: its tables, JSON and picture have the numbers of step 7; and the workshop's head that lets "He" attend to "Mike".

using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class AttentionCommandTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 64);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Attention_OneHead_IsStep7OfTheTrace()
    {
        CommandRun.Of("trace", "abc", "-m", folder.Model, "--out", folder.PathOf("steps")).Result();
        float[][] step7 = [.. File.ReadAllLines(folder.PathOf("steps", "h1_step_7.csv")).Select(line =>
            line.Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).Skip(6).Take(3).ToArray())];

        JsonElement result = Json("attention", "abc", "--block", "1", "--head", "2");
        string[] lines = Lines("attention", "abc", "--block", "1", "--head", "2");

        float[][] weights =
            [.. result.GetProperty("weights").EnumerateArray().Select(row => row.EnumerateArray().Select(share => share.GetSingle()).ToArray())];
        weights.Should().BeEquivalentTo(step7, options => options.WithStrictOrdering());
        lines[2].Should().MatchRegex("^  # +token +\"a\" +\"b\" +\"c\"$");
        lines[4].Should().MatchRegex("^  0 +\"a\" +100\\.0$", "the first token sees itself alone");
        lines[6].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..]
            .Should().Equal(step7[2].Select(share => (100 * share).ToString("0.0", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Attention_AllHeads_AreInOrder_AndWithToTheLargestShareIsFirst()
    {
        JsonElement[] all = Heads("attention", "abca"), some = Heads("attention", "abca", "--block", "1");
        JsonElement[] to = Heads("attention", "abca", "--to", "b");

        all.Select(Place).Should().Equal((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2));
        some.Select(head => head.GetRawText()).Should().Equal(all[3..].Select(head => head.GetRawText()));
        to.Select(Place).Should().BeEquivalentTo(all.Select(Place));
        to.Select(head => head.GetProperty("to").GetDouble()).Should().BeInDescendingOrder();
        all.Should().OnlyContain(head => head.GetProperty("to").ValueKind == JsonValueKind.Null);
        (int block, int head) = Place(to[0]);
        Lines("attention", "abca", "--to", "b")[^1].Should().StartWith($"block {block}, head {head} lets \"a\" take ")
            .And.EndWith(" of its attention from \"b\", more than any other");
        JsonElement why = Json("why", "abca", FormattableString.Invariant($"h{block}.step7[-1, head {head}, 1]"));
        to[0].GetProperty("to").GetSingle().Should().Be(why.GetProperty("value").GetSingle());
    }

    [Fact]
    public void Attention_Row_IsWhoseAttentionItIs()
    {
        JsonElement[] heads = Heads("attention", "abca", "--row", "b");

        heads.Should().OnlyContain(head => head.GetProperty("most").GetInt32() <= 1, "it sees no later token");
        Lines("attention", "abca", "--row", "0")[^1].Should().StartWith("\"a\" attends most to \"a\": 100.0 %");
    }

    [Fact]
    public void Attention_OneToken_HasNoMeans()
    {
        Heads("attention", "a").Should().OnlyContain(head =>
            head.GetProperty("itself").ValueKind == JsonValueKind.Null && head.GetProperty("most_share").GetDouble() == 1);
        Lines("attention", "a").Should().NotContain(line => line.StartsWith("itself,", StringComparison.Ordinal));
    }

    [Fact]
    public void Attention_OfHeInTheDefaultModel_IsMostOnMikeInSomeHead()
    {
        using var result = JsonDocument.Parse(
            CommandRun.Of("attention", "Mike is quick. He moves", "--row", " He", "--to", "Mike", "--json").Result());
        JsonElement head = result.RootElement.GetProperty("heads")[0];

        head.GetProperty("most_token").GetString().Should().Be("Mike");
        head.GetProperty("to").GetDouble().Should().Be(head.GetProperty("most_share").GetDouble()).And.BeGreaterThan(0.5);
    }

    [Theory]
    [InlineData("attention", "abca")]
    [InlineData("attention", "a")]
    [InlineData("attention", "a", "--block", "0", "--head", "1")]
    [InlineData("attention", "é字👍\u0007\n\"<&", "--block", "1")]
    [InlineData("attention", "é字👍\u0007\n\"<&", "--block", "1", "--head", "0")]
    [InlineData("attention", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("attention", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "--block", "0", "--head", "0")]
    public void Svg_StaysInside_AndHasAMapPerHead(params string[] args)
    {
        string file = folder.PathOf("attention.svg");

        CommandRun.Of([.. args, "-m", folder.Model, "--svg", file]).Result();

        var picture = XElement.Load(file);
        SvgChecks.StaysInside(picture);
        picture.Descendants().Count(element => element.Attribute("class")?.Value == "map")
            .Should().Be(args.Contains("--head") ? 1 : args.Contains("--block") ? 3 : 6);
    }

    [Theory]
    [InlineData(2, "gpt2: --block: found 2, expected 0 to 1", "attention", "abc", "--block", "2")]
    [InlineData(2, "gpt2: --head: found 3, expected 0 to 2", "attention", "abc", "--block", "0", "--head", "3")]
    [InlineData(2, "gpt2: --head is one of a block: give --block as well", "attention", "abc", "--head", "0")]
    [InlineData(2, "gpt2: --to: token 2 comes after token 1, which cannot see it, expected 0 to 1", "attention", "abc", "--row", "b", "--to", "c")]
    [InlineData(1, "gpt2: the prompt is empty", "attention", "")]
    public void WrongUse_IsOneLine(int exitCode, string message, params string[] args) =>
        CommandRun.Of([.. args, "-m", folder.Model]).ErrorLine(exitCode).Should().StartWith(message);

    private static (int Block, int Head) Place(JsonElement head) => (head.GetProperty("block").GetInt32(), head.GetProperty("head").GetInt32());

    private JsonElement[] Heads(params string[] args) => [.. Json(args).GetProperty("heads").EnumerateArray()];

    private string[] Lines(params string[] args) => CommandRun.Of([.. args, "-m", folder.Model]).Result().TrimEnd('\n').Split('\n');

    private JsonElement Json(params string[] args)
    {
        using var result = JsonDocument.Parse(CommandRun.Of([.. args, "-m", folder.Model, "--json"]).Result());
        return result.RootElement.Clone();
    }
}
