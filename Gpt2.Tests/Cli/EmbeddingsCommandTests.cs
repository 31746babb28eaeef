// gpt2 embeddings near, analogy, similarity and map: what they show of the default model and of tables, and what they refuse.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Core.Model;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class EmbeddingsCommandTests : IDisposable
{
    private const string Toy = "king,2,1; man,1,1; woman,1,2; queen,2,2", Counts = "10,10;50,50;5,20";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Near_King_ShowsCosineAndDistanceWithBothRanks()
    {
        using var culture = new DecimalCommaCulture();
        string[] lines = CommandRun.Of("embeddings", "near", "king", "-n", "3").Result().Split('\n');

        lines[0].Should().Be("nearest to \" king\" (id 373) of the 2,048 tokens of gpt2-workshop, by cosine");
        Words(lines[1]).Should().Equal("token", "id", "cosine", "rank", "distance", "rank");
        lines.Skip(3).Take(3).Select(line => Words(line)[3]).Should().Equal("1", "2", "3");
        lines.Should().ContainSingle(line => line.Contains("\" queen\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Near_ByDistance_IsOrderedByIt_WithTheSameRanks()
    {
        JsonElement[] byCosine = Neighbours("embeddings", "near", "king", "-n", "5000");
        JsonElement[] byDistance = Neighbours("embeddings", "near", "king", "-n", "5000", "--by", "distance");

        byCosine.Should().HaveCount(2047, "there are no more tokens");
        byCosine.Select(one => one.GetProperty("cosine").GetDouble()).Should().BeInDescendingOrder();
        byCosine.Select(one => one.GetProperty("cosine_rank").GetInt32()).Should().Equal(Enumerable.Range(1, 2047));
        byDistance.Select(one => one.GetProperty("distance").GetDouble()).Should().BeInAscendingOrder();
        byDistance.Select(one => one.GetProperty("distance_rank").GetInt32()).Should().Equal(Enumerable.Range(1, 2047));
        byDistance.Select(one => one.GetRawText()).Order().Should().Equal(byCosine.Select(one => one.GetRawText()).Order());
    }

    [Theory]
    [InlineData("ice", false, " ice")]
    [InlineData("ice", true, "ice")]
    [InlineData(" ice", false, " ice")]
    [InlineData(".", false, ".")]
    [InlineData("ulia", false, "ulia")]
    [InlineData("<|endoftext|>", false, "<|endoftext|>")]
    public void Near_AWord_IsTheTokenWithTheSpaceBeforeIt_IfThereIsOne(string word, bool exact, string token)
    {
        string[] args = ["embeddings", "near", word, "--json", .. exact ? (string[])["--exact"] : []];

        CommandRun run = CommandRun.Of(args);

        Json(run).GetProperty("token").GetProperty("token").GetString().Should().Be(token);
        (run.Error.Length > 0).Should().Be(word == "ice" && !exact, "there are two tokens of that name");
    }

    [Fact]
    public void Near_Ids_AreTokensToo()
    {
        Json(CommandRun.Of("embeddings", "near", "--ids", "373", "--json")).GetProperty("token").GetProperty("token").GetString()
            .Should().Be(" king");
        CommandRun.Of("embeddings", "near", "--ids", "2048").ErrorLine(1).Should().Contain("token id 2048").And.Contain("0 to 2047");
        CommandRun.Of("embeddings", "near", "--ids", "x").ErrorLine(2).Should().Contain("--ids");
        CommandRun.Of("embeddings", "near", "king", "--ids", "1").ErrorLine(2).Should().Contain("found both");
    }

    [Fact]
    public void Near_AWordOfSeveralTokens_IsRefusedWithThem()
    {
        CommandRun.Of("embeddings", "near", "weatherman").ErrorLine(1)
            .Should().Contain("\"weatherman\" is 5 tokens of gpt2-workshop: \" w\" \"e\" ").And.Contain("a word that is one token");
        CommandRun.Of("embeddings", "near", "king", "--exact").ErrorLine(1).Should().Contain("\"k\" \"ing\"").And.Contain("\" king\" is one");
        CommandRun.Of("embeddings", "near", "").ErrorLine(1).Should().Contain("found no word");
        CommandRun.Of("embeddings", "near").ErrorLine(2).Should().Contain("found 0 words, expected 1 word");
        CommandRun.Of("embeddings", "near", "a", "b").ErrorLine(2).Should().Contain("found 2 words");
    }

    [Fact]
    public void Analogy_TablesAndModels_AreTheSameCode()
    {
        string[] toy = CommandRun.Of("embeddings", "analogy", "man", "king", "woman", "--table", Toy).Result().Split('\n');
        toy[0].Should().Be("man is to king as woman is to queen");
        toy[1].Should().Be("nearest to king − man + woman = (2, 2), of the table without these three, by cosine");
        Words(toy[4]).Should().Equal("queen", "3", "1.000", "1", "0.000", "1");

        CommandRun.Of("embeddings", "analogy", "man", "king", "woman").Result()
            .Should().StartWith("\" man\" is to \" king\" as \" woman\" is to \" queen\"\n");
        CommandRun.Of("embeddings", "analogy", "France", "Paris", "Italy").Result()
            .Should().StartWith("\" France\" is to \" Paris\" as \" Italy\" is to \" Rome\"\n");
    }

    [Fact]
    public void Analogy_ThatEndsAtZero_SaysThatThereIsNoCosine()
    {
        CommandRun run = CommandRun.Of("embeddings", "analogy", "a", "b", "c", "--table", "a,2,2;b,1,1;c,1,1;d,3,4");

        run.Result().Should().Contain("= (0, 0)").And.Contain("– A vector of zeros has no direction").And.NotContain("NaN");
        Neighbours("embeddings", "analogy", "a", "b", "c", "--table", "a,2,2;b,1,1;c,1,1;d,3,4").Single()
            .GetProperty("cosine").ValueKind.Should().Be(JsonValueKind.Null);
        CommandRun.Of("embeddings", "analogy", "a", "b", "c", "--table", "a,1;b,2;c,3").Result().Should().Contain("is to nothing");
    }

    [Fact]
    public void Similarity_CountsOfTheWorkshop_AreItsFigures()
    {
        string[] lines = CommandRun.Of("embeddings", "similarity", "--table", Counts).Result().Split('\n');

        lines[2].Should().Be("  (10, 10)      1.000      1.000     0.857      (10, 10)       0.00      56.57     11.18");
        JsonElement json = Json(CommandRun.Of("embeddings", "similarity", "--table", Counts, "--json"));
        Math.Round(json.GetProperty("cosine")[0][2].GetDouble(), 3).Should().Be(0.857);
        Math.Round(json.GetProperty("distance")[0][1].GetDouble(), 1).Should().Be(56.6);
        Math.Round(json.GetProperty("distance")[0][2].GetDouble(), 1).Should().Be(11.2);
    }

    [Fact]
    public void Similarity_AZeroVector_HasNoCosine()
    {
        string shown = CommandRun.Of("embeddings", "similarity", "--table", "a,0,0;b,1,1").Result();

        shown.Should().NotContain("NaN").And.Contain("–").And.Contain("no direction");
    }

    [Fact]
    public void Similarity_OnANarrowScreen_HasOneTableBelowTheOther()
    {
        string wide = CommandRun.OnScreen(100, "embeddings", "similarity", "happy", "sad", "dog").Result();
        string narrow = CommandRun.OnScreen(50, "embeddings", "similarity", "happy", "sad", "dog").Result();

        wide.Split('\n').Should().ContainSingle(
            line => line.Contains("cosine  ", StringComparison.Ordinal) && line.Contains("distance  ", StringComparison.Ordinal));
        narrow.Split('\n').Should().OnlyContain(line => line.Length <= 50)
            .And.Contain(line => line.TrimStart().StartsWith("distance  ", StringComparison.Ordinal));
    }

    [Fact]
    public void Table_FromAFile_IsTheSameAsItsRows()
    {
        string file = folder.PathOf("toy.csv");
        File.WriteAllText(file, Toy.Replace("; ", "\n", StringComparison.Ordinal));

        string inFile = CommandRun.Of("embeddings", "map", "--table", file).Result();

        inFile.Replace(file, "the table", StringComparison.Ordinal).Should().Be(CommandRun.Of("embeddings", "map", "--table", Toy).Result());
        CommandRun.Of("embeddings", "near", "duke", "--table", file).ErrorLine(1).Should().Contain("expected one of king, man, woman, queen");
        CommandRun.Of("embeddings", "near", "king", "--table", "no.csv").ErrorLine(1).Should().Contain("no.csv");
        CommandRun.Of("embeddings", "near", "king", "--table", Toy, "-m", "x").ErrorLine(2).Should().Contain("--model and --table");
        CommandRun.Of("embeddings", "near", "king", "--table", Toy, "--exact").ErrorLine(2).Should().Contain("--exact");
        CommandRun.Of("embeddings", "map", "--table", file, "--svg", file).ErrorLine(2).Should().Contain("the command reads this");
    }

    [Fact]
    public void Map_TheToy_IsASquare()
    {
        JsonElement json = Json(CommandRun.Of("embeddings", "map", "--table", Toy, "--json"));

        json.GetProperty("shares").EnumerateArray().Select(share => Math.Round(share.GetDouble(), 12)).Should().Equal(0.5, 0.5);
        json.GetProperty("points").EnumerateArray().Should().OnlyContain(point =>
            Math.Abs(Math.Pow(point.GetProperty("x").GetDouble(), 2) + Math.Pow(point.GetProperty("y").GetDouble(), 2) - 0.5) < 1e-12);
    }

    [Fact]
    public void Map_WordsOfAFileAndOfTheCommandLine_AreOnOneMap()
    {
        string file = folder.PathOf("words.txt");
        File.WriteAllText(file, "happy sad\n dog\r\n");

        Json(CommandRun.Of("embeddings", "map", "king", "--file", file, "--json")).GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("token").GetString()).Should().Equal(" king", " happy", " sad", " dog");
        CommandRun.Of("embeddings", "map").ErrorLine(2).Should().Contain("found 0 words").And.Contain("2 to 500 words");
        CommandRun.Of("embeddings", "map", "king").ErrorLine(2).Should().Contain("found 1 word");
    }

    [Fact]
    public void Map_EqualVectors_AreOnePoint()
    {
        CommandRun.Of("embeddings", "map", "--table", "a,1,2;b,1,2").Result()
            .Should().Contain("all points are the same").And.NotContain("NaN");
        CommandRun.Of("embeddings", "map", "--table", "a,1,2;b,1,2", "--svg", "-").Result().Should().NotContain("NaN").And.NotContain("∞");
    }

    [Fact]
    public void Map_Svg_HasEveryWordOnceAndNoLabelOverAnother()
    {
        string file = folder.PathOf("map.svg");
        string[] words = ["king", "queen", "man", "woman", "happy", "sad", "dog", "cat", "Paris", "Rome", "Italy", "France", "hot", "cold"];

        CommandRun.Of(["embeddings", "map", .. words, "--svg", file]).Error.Should().Be($"{file}: the map\n");

        XElement picture = XElement.Load(file);
        XElement[] labels = [.. Of(picture, "label")];
        labels.Select(label => label.Value).Should().BeEquivalentTo(words.Select(word => $"\" {word}\""));
        Of(picture, "dot").Should().HaveCount(words.Length);
        (double X, double Y, double Half)[] places = [.. labels.Select(label => (Number(label, "x"), Number(label, "y"), label.Value.Length * 3.5))];
        foreach ((double x, double y, double half) in places)
        {
            places.Where(other => Math.Abs(other.Y - y) < 12 && Math.Abs(other.X - x) < half + other.Half).Should().ContainSingle("that is itself");
            (x - half).Should().BeGreaterThan(0);
            (x + half).Should().BeLessThan(860);
        }

        CommandRun.Of(["embeddings", "map", .. words, "--svg", "-"]).Result().Should().Be(File.ReadAllText(file));
        CommandRun.Of(["embeddings", "map", .. words, "--svg", "-", "--json"]).ErrorLine(2).Should().Contain("--svg FILE");
    }

    [Fact]
    public void ModelWithoutText_TakesIds()
    {
        string model = folder.PathOf("ids");
        HuggingFaceFolder.Write(model, TestModels.Random(new Gpt2Config(257, 8, 6, 3, 2), 1), vocabulary: null);

        CommandRun.Of("embeddings", "near", "king", "-m", model).ErrorLine(1).Should().Contain("--ids");
        JsonElement json = Json(CommandRun.Of("embeddings", "map", "--ids", "0,1,2", "-m", model, "--json"));
        json.GetProperty("points")[0].GetProperty("token").ValueKind.Should().Be(JsonValueKind.Null);
    }

    private static string[] Words(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static JsonElement Json(CommandRun run) => JsonDocument.Parse(run.Result()).RootElement;

    private static JsonElement[] Neighbours(params string[] args) =>
        [.. Json(CommandRun.Of([.. args, "--json"])).GetProperty("neighbours").EnumerateArray()];

    private static IEnumerable<XElement> Of(XElement picture, string kind) =>
        picture.Descendants().Where(element => element.Attribute("class")?.Value == kind);

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);
}
