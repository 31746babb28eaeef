// gpt2 embeddings positions and cooccurrence: their reports, JSON, pictures and files, and what they refuse.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class EmbeddingsReportTests : IDisposable
{
    private const string Prompt = "Mike is quick. He moves";

    private static readonly string Text = Path.Combine(SharedData.RepositoryRoot, "docs", "lessons", "ice-and-steam.txt");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Positions_Alone_ShowsLikenessAndCurve()
    {
        using var culture = new DecimalCommaCulture();
        string[] lines = CommandRun.Of("embeddings", "positions").Result().TrimEnd('\n').Split('\n');

        lines[0].Should().Be("128 positions of gpt2-workshop, 128 numbers each");
        string[][] likeness = [.. lines.Skip(5).Take(7).Select(Words)];
        likeness.Select(row => row[0]).Should().Equal("1", "2", "4", "8", "16", "32", "64");
        likeness.Select(row => double.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture))
            .Should().BeInDescendingOrder("near positions are more alike than far ones");
        lines.Should().NotContain(line => line.Contains("cloud", StringComparison.Ordinal));
        Words(lines[^1])[0].Should().Be("127");
    }

    [Fact]
    public void Positions_PromptAndToken_ShowCloudsAndPlaces()
    {
        JsonElement json = Json("embeddings", "positions", Prompt, "--token", "rapid", "--json");

        json.GetProperty("positions").GetInt32().Should().Be(128);
        json.GetProperty("map").GetArrayLength().Should().Be(128);
        json.GetProperty("clouds").EnumerateArray().Select(one => one.GetProperty("token").GetString())
            .Should().Equal(" rapid", "Mike", " is", " quick", ".", " He", " moves");
        json.GetProperty("clouds")[0].GetProperty("nearest_token").GetString().Should().Be(" fluent");
        JsonElement first = json.GetProperty("tokens")[0];
        first.GetProperty("nearest_token").GetString().Should().Be("Mike");
        first.GetProperty("position_length").GetDouble()
            .Should().BeApproximately(json.GetProperty("map")[0].GetProperty("length").GetDouble(), 1e-12);
        CommandRun.Of("embeddings", "positions", Prompt).Result()
            .Should().Contain("spread around its middle").And.Contain("token nearest to the sum");
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(Prompt, 2)]
    public void Positions_Svg_HasTheCurveAndTheClouds(string? prompt, int panels)
    {
        string file = folder.PathOf("positions.svg");
        CommandRun.Of(["embeddings", "positions", .. prompt is null ? (string[])[] : [prompt], "--svg", file]).Result();

        XElement[] elements = [.. XElement.Load(file).Descendants()];
        string[] kinds = [.. elements.Select(element => $"{element.Attribute("class")?.Value}")];
        kinds.Count(kind => kind == "plot").Should().Be(panels);
        kinds.Count(kind => kind == "curve").Should().Be(127);
        kinds.Count(kind => kind.EndsWith(" named", StringComparison.Ordinal)).Should().Be(prompt is null ? 0 : 6);
        kinds.Count(kind => kind == "cloud0").Should().Be(prompt is null ? 0 : 127);
        File.ReadAllText(file).Should().NotContain("NaN").And.Contain("prefers-color-scheme: dark");
    }

    [Fact]
    public void Positions_WrongInput_IsOneLine()
    {
        CommandRun.Of("embeddings", "positions", "").ErrorLine(1);
        CommandRun.Of("embeddings", "positions", "a", "--ids", "1").ErrorLine(2).Should().Contain("found both");
        CommandRun.Of("embeddings", "positions", "--ids", "5000").ErrorLine(1).Should().Contain("5000");
        CommandRun.Of("embeddings", "positions", "--ids", string.Join(',', Enumerable.Repeat(1, 129))).ErrorLine(1).Should().Contain("128");
        CommandRun.Of("embeddings", "positions", "--token", "weatherman").ErrorLine(1).Should().Contain("one token");
    }

    [Fact]
    public void Cooccurrence_TheTextOfTheLessons_HasIceNearColdAndSteamNearHot()
    {
        JsonElement json = Json("embeddings", "cooccurrence", Text, "--words", "ice,steam,cold,hot", "--json");

        JsonElement cosine = json.GetProperty("cosine");
        cosine[0][2].GetDouble().Should().BeGreaterThan(cosine[0][3].GetDouble() + 0.1, "ice is nearer to cold than to hot");
        cosine[1][3].GetDouble().Should().BeGreaterThan(cosine[1][2].GetDouble() + 0.1, "steam is nearer to hot than to cold");
        json.GetProperty("counts")[0].EnumerateArray().Select(count => count.GetInt32()).Should().Equal(0, 0, 8, 0);
        json.GetProperty("words")[1].GetProperty("neighbours")[0].GetProperty("token").GetString().Should().Be("hot");
        json.GetProperty("words")[0].GetProperty("vector").GetArrayLength().Should().Be(json.GetProperty("columns").GetInt32());
        CommandRun.Of("embeddings", "cooccurrence", Text, "--words", "ice,steam,cold,hot").Result()
            .Should().Contain("how often they are at most 3 words apart:").And.Contain("nearest words:");
    }

    [Theory]
    [InlineData("log")]
    [InlineData("count")]
    public void Cooccurrence_OtherWeightings_HaveOtherVectors(string weighting)
    {
        string[] args = ["embeddings", "cooccurrence", Text, "--words", "ice,cold", "--json"];

        Json([.. args, "--weighting", weighting]).GetProperty("cosine")[0][1].GetDouble()
            .Should().NotBe(Json(args).GetProperty("cosine")[0][1].GetDouble());
    }

    [Fact]
    public void Cooccurrence_Out_IsATableForTheOthers()
    {
        string file = folder.PathOf("words.csv");
        JsonElement counted = Json("embeddings", "cooccurrence", Text, "--words", "ice,steam", "--columns", "5", "--out", file, "--json");

        JsonElement near = Json("embeddings", "near", "ice", "--table", file, "-n", "4", "--json");

        near.GetProperty("neighbours").GetRawText().Should().Be(counted.GetProperty("words")[0].GetProperty("neighbours").GetRawText());
        CommandRun.Of("embeddings", "cooccurrence", file, "--out", file).ErrorLine(2).Should().Contain("the command reads this");
    }

    [Fact]
    public void Cooccurrence_ShortTexts_AreCountedOrRefusedInOneLine()
    {
        CommandRun.With("a b. a b", "embeddings", "cooccurrence", "-").Result().Should().StartWith("standard input: 4 words, 2 different ones\n");
        CommandRun.With("a. b. a. b.", "embeddings", "cooccurrence", "-").Result().Should().NotContain("NaN").And.Contain("–");
        CommandRun.With("a b", "embeddings", "cooccurrence", "-").ErrorLine(1).Should().Contain("--min-count");
        CommandRun.With("don’t go. don’t go", "embeddings", "cooccurrence", "-", "--words", "Don’t, go").Result().Should().Contain("don't");
        CommandRun.With("", "embeddings", "cooccurrence", "-").ErrorLine(1).Should().Contain("the text is empty");
        CommandRun.Of("embeddings", "cooccurrence", Text, "--words", "ice,zebra").ErrorLine(1).Should().Contain("does not have 'zebra'");
        CommandRun.Of("embeddings", "cooccurrence", Text, "--columns", "0").ErrorLine(2).Should().Contain("--columns");
        CommandRun.Of("embeddings", "cooccurrence", Text, "--columns", "20", "--words", "ICE, steam").Result().Should().Contain("ice");
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static JsonElement Json(params string[] args) => JsonDocument.Parse(CommandRun.Of(args).Result()).RootElement;
}
