// gpt2 lens: its tables, JSON and pictures have the numbers of the lens and of the trace, and at the last depth those of predict.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class LensCommandTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 64);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Lens_LastDepthOfTheLastToken_IsWhatPredictSays()
    {
        JsonElement lens = Json("lens", "abca", "--top", "4"), predict = Json("predict", "abca", "--top", "4");
        JsonElement[] depths = [.. lens.GetProperty("depths").EnumerateArray()];

        depths.Select(depth => depth.GetProperty("name").GetString())
            .Should().Equal("embeddings", "h0 attention", "h0 MLP", "h1 attention", "h1 MLP");
        depths.Select(depth => depth.GetProperty("step").ValueKind == JsonValueKind.Null ? 0 : depth.GetProperty("step").GetInt32())
            .Should().Equal(0, 10, 16, 10, 16);
        depths.Should().OnlyContain(depth => depth.GetProperty("rows").GetArrayLength() == 4);
        JsonElement last = depths[^1].GetProperty("rows")[3];
        last.GetProperty("prediction_rank").GetInt32().Should().Be(1);
        Shape(last.GetProperty("top")).Should().Equal(Shape(predict.GetProperty("top")));
        last.GetProperty("prediction").GetProperty("id").GetInt32().Should().Be(predict.GetProperty("top")[0].GetProperty("id").GetInt32());

        static IEnumerable<(int, float)> Shape(JsonElement top) =>
            top.EnumerateArray().Select(token => (token.GetProperty("id").GetInt32(), token.GetProperty("probability").GetSingle()));
    }

    [Fact]
    public void Lens_Row_IsThatRowOfAll()
    {
        JsonElement all = Json("lens", "abca"), one = Json("lens", "abca", "--row", "b");

        one.GetProperty("first_row").GetInt32().Should().Be(1);
        one.GetProperty("depths").EnumerateArray().Select(depth => depth.GetProperty("rows")[0].GetRawText())
            .Should().Equal(all.GetProperty("depths").EnumerateArray().Select(depth => depth.GetProperty("rows")[1].GetRawText()));
        foreach (string same in (string[])["1", "-3", "'b'", "\"b\"", "'\\x62'"])
        {
            Json("lens", "abca", "--row", same).GetRawText().Should().Be(one.GetRawText(), "{0} is the same token", same);
        }
    }

    [Fact]
    public void Lens_Grid_HasABestTokenPerDepthAndToken_AndSaysSinceWhenThePredictionIsFirst()
    {
        JsonElement[] depths = [.. Json("lens", "abca").GetProperty("depths").EnumerateArray()];
        string[] lines = Lines("lens", "abca");

        lines[2].Should().MatchRegex("^  depth +\"a\" +\"b\" +\"c\" +\"a\"$");
        lines[4..9].Zip(depths).Should().OnlyContain(pair =>
            pair.First.StartsWith("  " + pair.Second.GetProperty("name").GetString() + " ", StringComparison.Ordinal));
        foreach ((string line, JsonElement depth) in lines[4..9].Zip(depths))
        {
            string[] percents = [.. depth.GetProperty("rows").EnumerateArray()
                .Select(row => FormattableString.Invariant($"{100 * row.GetProperty("top")[0].GetProperty("probability").GetSingle():0}"))];
            System.Text.RegularExpressions.Regex.Matches(line, "(?<= )([0-9]+)(?= \")").Select(match => match.Value).Should().Equal(percents);
        }

        int settled = depths.Length - 1;
        while (settled > 0 && depths[settled - 1].GetProperty("rows")[3].GetProperty("prediction_rank").GetInt32() == 1)
        {
            settled--;
        }

        lines[9].Should().Contain(
            settled == 0 ? "at every depth" : $"from {depths[settled].GetProperty("name").GetString()} on").And.EndWith(" %");
    }

    [Fact]
    public void Lens_OneToken_AndAFullContext_HaveAllTheirColumns()
    {
        Lines("lens", "a")[2].Should().MatchRegex("^  depth +\"a\"$");
        string full = new('x', 64);
        Json("lens", full).GetProperty("depths")[0].GetProperty("rows").GetArrayLength().Should().Be(64);
        XElement picture = Picture("lens", full);
        picture.Descendants().Count(element => element.Attribute("class")?.Value == "mono given").Should().Be(64);
        CommandRun.Of("lens", full + "x", "-m", folder.Model).ErrorLine(1)
            .Should().StartWith("gpt2: the prompt has 65 tokens, expected at most n_ctx = 64");
    }

    [Fact]
    public void Lens_Stream_HasTheLengthsOfTheTrace()
    {
        CommandRun.Of("trace", "abc", "-m", folder.Model, "--out", folder.PathOf("steps")).Result();
        double Length(string file, int row) => Math.Sqrt(File.ReadAllLines(folder.PathOf("steps", file + ".csv"))[row].Split(',')
            .Sum(cell => Math.Pow(double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture), 2)));

        JsonElement[] rows = [.. Json("lens", "abc", "--stream").GetProperty("rows").EnumerateArray()];

        rows.Should().HaveCount(3);
        for (int row = 0; row < 3; row++)
        {
            JsonElement[] additions = [.. rows[row].GetProperty("additions").EnumerateArray()];
            additions.Select(one => one.GetProperty("part").GetString())
                .Should().Equal("token", "position", "attention", "mlp", "attention", "mlp");
            double[] added = [.. additions.Select(one => one.GetProperty("added").GetDouble())];
            double[] after = [.. additions.Select(one => one.GetProperty("after").GetDouble())];
            Close(added[0], Length("token_embeddings", row));
            Close(after[1], Length("position_embeddings", row));
            for (int block = 0; block < 2; block++)
            {
                Close(added[2 + (2 * block)], Length($"h{block}_step_9", row));
                Close(after[2 + (2 * block)], Length($"h{block}_step_10", row));
                Close(added[3 + (2 * block)], Length($"h{block}_step_15", row));
                Close(after[3 + (2 * block)], Length($"h{block}_step_16", row));
            }
        }

        string[] lines = Lines("lens", "abc", "--stream");
        string[] last = [.. rows[2].GetProperty("additions").EnumerateArray()
            .Select(one => FormattableString.Invariant($"{one.GetProperty("after").GetDouble():0.00}"))];
        lines.Should().ContainSingle(line => line.StartsWith("  embeddings ", StringComparison.Ordinal)).Which.Should().EndWith("   " + last[1]);
        lines.Should().ContainSingle(line => line.StartsWith("  position embedding", StringComparison.Ordinal))
            .Which.Should().Contain("   " + last[1]);
        Lines("lens", "abc", "--stream", "--row", "0").Should().NotContain(line => line.StartsWith("  embeddings", StringComparison.Ordinal));

        static void Close(double one, double other) => one.Should().BeApproximately(other, 1e-5);
    }

    [Theory]
    [InlineData("lens", "abca")]
    [InlineData("lens", "a")]
    [InlineData("lens", "é字👍\u0007\n\"<&", "--row", "2")]
    [InlineData("lens", "é字👍\u0007\n\"<&")]
    [InlineData("lens", "é字👍\u0007\n\"<&", "--stream")]
    [InlineData("lens", "abca", "--stream", "--row", "0")]
    public void Lens_Svg_IsAPictureWithinItsFrame(params string[] args) => SvgChecks.StaysInside(Picture(args));

    [Fact]
    public void Lens_SvgToStandardOutput_IsThePictureAlone()
    {
        string picture = CommandRun.Of("lens", "abc", "-m", folder.Model, "--svg", "-").Result();

        XElement.Parse(picture).ToString().Should().Be(Picture("lens", "abc").ToString());
        CommandRun.Of("lens", "abc", "-m", folder.Model, "--svg", "-", "--json").ErrorLine(2).Should().Contain("--svg FILE");
    }

    [Fact]
    public void Lens_ModelWithoutVocabulary_ShowsIds()
    {
        string bare = folder.PathOf("bare");
        CsvModelFolder.Write(bare, TestModels.Random(new Gpt2Config(10, 8, 6, 3, 1), 4), vocabulary: null);

        string[] lines = CommandRun.Of("lens", "--ids", "3,7,5", "-m", bare).Result().Split('\n');

        lines[0].Should().StartWith("3 7 5 (3 tokens): ");
        lines[2].Should().MatchRegex("^  depth +3 +7 +5$");
        CommandRun.Of("lens", "--ids", "3,7,5", "-m", bare, "--row", "a").ErrorLine(2)
            .Should().Be("gpt2: --row: found 'a', but this model has no vocabulary, expected a token's number");
        CommandRun.Of("lens", "--ids", "3,7,5", "-m", bare, "--stream").Result().Should().Contain("the row of 5, token 2");
    }

    [Theory]
    [InlineData(2, "gpt2: --row: there is no token 3, expected 0 to 2, or -1 to -3 counted from the end", "lens", "abc", "--row", "3")]
    [InlineData(2, "gpt2: --row: the prompt has no token 'x', expected 'a', 'b', 'c'", "lens", "abc", "--row", "x")]
    [InlineData(2, "gpt2: --row: the prompt has 'a' 2 times, expected a token that occurs once; give its number: 0", "lens", "aba", "--row", "a")]
    [InlineData(2, "gpt2: --row: the closing ' is missing", "lens", "abc", "--row", "'a\\'")]
    [InlineData(2, "gpt2: --row: found 2 parts, expected one", "lens", "abc", "--row", "'a', 'b'")]
    [InlineData(2, "gpt2: --row: the prompt has no token ''s'", "lens", "abc", "--row", "'s")]
    [InlineData(2, "gpt2: --top: found 0, expected at least 1", "lens", "abc", "--top", "0")]
    [InlineData(2, "gpt2: --svg: found no name, expected a file", "lens", "abc", "--svg", "")]
    [InlineData(1, "gpt2: the prompt is empty", "lens", "")]
    public void WrongUse_IsOneLine(int exitCode, string message, params string[] args) =>
        CommandRun.Of([.. args, "-m", folder.Model]).ErrorLine(exitCode).Should().StartWith(message);

    private XElement Picture(params string[] args)
    {
        string file = folder.PathOf("picture.svg");
        CommandRun.Of([.. args, "-m", folder.Model, "--svg", file]).Result();
        return XElement.Load(file);
    }

    private string[] Lines(params string[] args) => CommandRun.Of([.. args, "-m", folder.Model]).Result().TrimEnd('\n').Split('\n');

    private JsonElement Json(params string[] args)
    {
        using var result = JsonDocument.Parse(CommandRun.Of([.. args, "-m", folder.Model, "--json"]).Result());
        return result.RootElement.Clone();
    }
}
