// gpt2 explain and gpt2 beams: their tables, JSON and picture say what the library computes.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ExplainCommandTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 12);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Explain_DrawnToken_IsTheOneThatGenerateDraws()
    {
        string[] options =
        [
            "--temperature", "0.8", "--top-k", "30", "--top-p", "0.9", "--min-p", "0.05", "--repetition-penalty", "1.3",
            "--no-repeat-ngram", "1", "--seed", "11",
        ];
        using JsonDocument explained = Json(["explain", "abca", .. options, "--top", "257"]);
        using JsonDocument generated = Json(["generate", "abca", .. options, "-n", "1"]);
        JsonElement root = explained.RootElement;
        JsonElement[] tokens = [.. root.GetProperty("tokens").EnumerateArray()];

        root.GetProperty("drawn").GetProperty("id").GetInt32()
            .Should().Be(generated.RootElement.GetProperty("completions")[0].GetProperty("ids")[0].GetInt32());
        root.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("label").GetString()).Should().Equal(
            "repetition-penalty 1.3", "no-repeat-ngram 1", "temperature 0.8", "top-k 30", "top-p 0.9", "min-p 0.05");
        int[] kept = [.. root.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("kept").GetInt32())];
        kept.Should().StartWith([257, 254, 254, 30]).And.BeInDescendingOrder();
        tokens.Should().HaveCount(257);
        tokens.Count(token => token.GetProperty("dropped_by").ValueKind == JsonValueKind.Null).Should().Be(kept[^1]);
        tokens.Where(token => token.GetProperty("dropped_by").GetString() == "no-repeat-ngram")
            .Select(token => token.GetProperty("token").GetString())
            .Should().BeEquivalentTo(["a", "b", "c"]);
        tokens.Sum(token => token.GetProperty("probability").GetDouble()).Should().BeApproximately(1, 1e-9);
        tokens.Sum(token => token.GetProperty("renormalised").GetDouble()).Should().BeApproximately(1, 1e-9);
        tokens[^1].GetProperty("cumulative").GetDouble().Should().BeApproximately(1, 1e-9);
        tokens.Should().ContainSingle(token => token.GetProperty("drawn").GetBoolean());
    }

    [Fact]
    public void Explain_Greedy_ShowsTheMostProbableTokenAsDrawn()
    {
        CommandRun run = CommandRun.Of("explain", "abc", "-m", folder.Model, "--top", "3");

        string[] lines = run.Result().TrimEnd('\n').Split('\n');
        lines[0].Should().StartWith("\"abc\" (3 tokens), next token of model, 257 candidates");
        lines.Should().HaveCount(7);
        lines[3].Should().MatchRegex(@"^ +1 .* kept .* ◀$");
        lines[^1].Should().StartWith("◀ greedy choice takes ");
        run.Error.Should().BeEmpty();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    public void Explain_DrawnToken_IsTheOneWhoseShareHoldsTheRandomNumber(string seed)
    {
        using JsonDocument result = Json(["explain", "abc", "--seed", seed, "--top-k", "40", "--top", "257"]);
        double random = result.RootElement.GetProperty("random").GetDouble();
        JsonElement[] kept = [.. result.RootElement.GetProperty("tokens").EnumerateArray()
            .Where(token => token.GetProperty("dropped_by").ValueKind == JsonValueKind.Null).OrderBy(token => token.GetProperty("id").GetInt32())];

        kept[0].GetProperty("drawn_from").GetDouble().Should().Be(0);
        kept[^1].GetProperty("drawn_below").GetDouble().Should().BeApproximately(1, 1e-9);
        kept.Zip(kept.Skip(1)).Should().OnlyContain(pair =>
            pair.First.GetProperty("drawn_below").GetDouble() == pair.Second.GetProperty("drawn_from").GetDouble(), "the order is that of ids");
        kept.Where(token => token.GetProperty("drawn_from").GetDouble() <= random && random < token.GetProperty("drawn_below").GetDouble())
            .Should().ContainSingle().Which.GetProperty("drawn").GetBoolean().Should().BeTrue();

        CommandRun.Of("explain", "abc", "-m", folder.Model, "--seed", seed, "--top-k", "40").Result().Split('\n')
            .Should().ContainSingle(line => line.EndsWith(" ◀", StringComparison.Ordinal)).Which
            .Should().MatchRegex(@"\d\.\d{6}–\d\.\d{6}   ◀$");
    }

    [Fact]
    public void Explain_DrawnBeyondTheRowsShown_IsShownAsWell()
    {
        string[] lines = CommandRun.Of("explain", "abc", "-m", folder.Model, "--top", "1", "--seed", "4").Result().TrimEnd('\n').Split('\n');

        lines.Should().ContainSingle(line => line.EndsWith("  ◀", StringComparison.Ordinal)).And.HaveCount(6);
        lines[^1].Should().StartWith("◀ drawn: seed 4 gives u = 0.");
    }

    [Fact]
    public void Beams_Tree_HasEveryBranchInTextJsonAndPicture()
    {
        string file = folder.PathOf("tree.svg");
        using JsonDocument result = Json(["beams", "ab", "--num-beams", "2", "-n", "3", "--num-samples", "2", "--svg", file]);
        CommandRun shown = CommandRun.Of("beams", "ab", "--num-beams", "2", "-n", "3", "--num-samples", "2", "--svg", file, "-m", folder.Model);
        string text = shown.Result();
        shown.Error.Should().EndWith($"{file}: the picture of the tree\n");
        result.RootElement.GetProperty("svg").GetString().Should().Be(file);
        JsonElement[] all = [.. result.RootElement.GetProperty("tree").EnumerateArray()];

        all.Should().HaveCount(12, "of each step's candidates twice as many as beams are shown");
        all.Count(branch => branch.GetProperty("fate").GetString() == "kept").Should().Be(4);
        all.Count(branch => branch.GetProperty("fate").GetString() == "finished").Should().Be(2);
        result.RootElement.GetProperty("candidates").GetInt32().Should().Be(257 * 5);
        result.RootElement.GetProperty("results").GetArrayLength().Should().Be(2);
        text.Split('\n').Count(line => line.Contains('●', StringComparison.Ordinal)).Should().Be(4 + 1, "four branches and the legend");
        text.Should().Contain("◀ best").And.Contain("score -");

        var picture = XDocument.Load(file);
        XNamespace svg = "http://www.w3.org/2000/svg";
        picture.Descendants(svg + "rect").Count().Should().Be(12 + 1);
        picture.Descendants(svg + "path").Count(path => path.Attribute("class")?.Value == "best").Should().Be(3);
        Directory.EnumerateFiles(folder.Root).Should().Equal(file);
    }

    [Fact]
    public void Beams_LongText_IsWholeInJsonAndPictureAndCutInText()
    {
        string file = folder.PathOf("long.svg");
        using JsonDocument result = Json(["beams", "ab", "--num-beams", "2", "-n", "100", "--length-penalty", "5", "--svg", file]);
        string text = CommandRun.Of("beams", "ab", "--num-beams", "2", "-n", "100", "--length-penalty", "5", "-m", folder.Model).Result();
        JsonElement[] all = [.. result.RootElement.GetProperty("tree").EnumerateArray()];

        all.Max(branch => branch.GetProperty("depth").GetInt32()).Should().Be(100);
        all.Should().OnlyContain(branch => branch.GetProperty("parent").GetInt32() < branch.GetProperty("branch").GetInt32());
        foreach (JsonElement branch in all.Where(branch => branch.GetProperty("parent").GetInt32() > 0))
        {
            JsonElement parent = all[branch.GetProperty("parent").GetInt32() - 1];
            parent.GetProperty("depth").GetInt32().Should().Be(branch.GetProperty("depth").GetInt32() - 1);
            (parent.GetProperty("sum_logprob").GetDouble() + branch.GetProperty("logprob").GetDouble())
                .Should().BeApproximately(branch.GetProperty("sum_logprob").GetDouble(), 1e-9);
        }

        text.Should().Contain("… deeper branches: --svg and --json have them");
        XDocument.Load(file).Root!.Elements().Count().Should().BeGreaterThan(all.Length);
    }

    [Fact]
    public void Beams_Results_AreThoseOfGenerate()
    {
        using JsonDocument beams = Json(["beams", "ab", "--num-beams", "3", "-n", "4", "--num-samples", "3"]);
        using JsonDocument generate = Json(["generate", "ab", "--num-beams", "3", "-n", "4", "--num-samples", "3"]);

        beams.RootElement.GetProperty("results").EnumerateArray().Select(found => found.GetProperty("ids").GetRawText())
            .Should().Equal(generate.RootElement.GetProperty("completions").EnumerateArray().Select(found => found.GetProperty("ids").GetRawText()));
    }

    [Theory]
    [InlineData(2, "--num-beams: found 0, expected 1 to 65536", "beams", "ab", "--num-beams", "0")]
    [InlineData(2, "--max-new-tokens: a tree has at least 1 token", "beams", "ab", "-n", "0")]
    [InlineData(2, "unknown option '--seed'", "beams", "ab", "--seed", "1")]
    [InlineData(1, "cannot write this file", "beams", "ab", "--svg", "no/such/folder/tree.svg")]
    [InlineData(1, "the prompt is empty", "explain", "")]
    [InlineData(2, "--top: found 0, expected at least 1", "explain", "ab", "--top", "0")]
    [InlineData(2, "top-p is 0, expected", "explain", "ab", "--top-p", "0")]
    public void WrongUse_IsOneLine(int exitCode, string message, params string[] args)
    {
        CommandRun.Of([.. args, "-m", folder.Model]).ErrorLine(exitCode).Should().StartWith("gpt2: ").And.Contain(message);
    }

    private JsonDocument Json(string[] args) => JsonDocument.Parse(CommandRun.Of([.. args, "-m", folder.Model, "--json"]).Result());
}
