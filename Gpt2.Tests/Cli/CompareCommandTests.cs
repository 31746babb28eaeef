// gpt2 compare: each row is what the model with that adapter answers alone, and the model itself is asked in every way.

using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class CompareCommandTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 24);
    private readonly string asked, plain;

    public CompareCommandTests()
    {
        asked = TestAdapters.Write(folder.PathOf("asked"), folder.Weights, 1, template: "Q:{instruction}\nA: {output}");
        plain = TestAdapters.Write(folder.PathOf("plain"), folder.Weights, 2, peft: true);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Rows_AreTheModelInEveryWayAndEachAdapter()
    {
        JsonElement result = Json("abc", "-n", "6", "--adapter", $"none, {asked}", "--adapter", plain);

        result.GetProperty("prompt").GetString().Should().Be("abc");
        result.GetProperty("seed").ValueKind.Should().Be(JsonValueKind.Null);
        JsonElement[] rows = [.. result.GetProperty("answers").EnumerateArray()];
        rows.Select(row => (row.GetProperty("adapter").GetString(), row.GetProperty("template").GetString(), row.GetProperty("asked").GetString()))
            .Should().Equal(
                ("none", null, "abc"), ("none", "of the test", "Q:abc\nA:"), ("asked", "of the test", "Q:abc\nA:"), ("plain", null, "abc"));
        string[][] adapters = [[], [], [asked], [plain]];
        foreach ((JsonElement row, string[] with) in rows.Zip(adapters))
        {
            JsonElement alone = Alone(row.GetProperty("asked").GetString()!, with);
            Ids(row).Should().Equal(Ids(alone));
            row.GetProperty("finish_reason").GetString().Should().Be(alone.GetProperty("finish_reason").GetString());
            double[] logs = [.. alone.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("logprob").GetDouble())];
            row.GetProperty("mean_logprob").GetDouble().Should().BeApproximately(logs.Average(), 1e-4);
        }

        Mean(rows[1], "base_mean_logprob").Should().BeApproximately(Mean(rows[1], "mean_logprob"), 1e-5, "the base is the model itself");
        Mean(rows[2], "base_mean_logprob").Should().BeLessThan(Mean(rows[2], "mean_logprob") - 0.01, "the base finds another answer more probable");
    }

    [Fact]
    public void SpaceOfTheTemplate_IsNotPartOfTheAnswer()
    {
        string text = Json("abc", "-n", "20", "--seed", "3", "--adapter", asked).GetProperty("answers")[0].GetProperty("text").GetString()!;
        string whole = Alone("Q:abc\nA:", [asked], "-n", "20", "--seed", "3").GetProperty("text").GetString()!;

        text.Should().Be(whole.StartsWith(' ') ? whole[1..] : whole);
    }

    [Fact]
    public void Sampling_RepeatsWithItsSeed()
    {
        string[] sampled = ["abc", "-n", "8", "--adapter", $"none,{plain}", "--temperature", "2", "--seed", "5"];

        Json(sampled).ToString().Should().Be(Json(sampled).ToString()).And.NotBe(Json("abc", "-n", "8", "--adapter", $"none,{plain}").ToString());
        Json(sampled).GetProperty("seed").GetUInt64().Should().Be(5);
    }

    [Theory]
    [InlineData("bf16")]
    [InlineData("int8")]
    [InlineData("int4")]
    public void Adapter_OnReducedWeights_IsAnswered(string weights) =>
        Ids(Json("abc", "-n", "6", "--adapter", plain, "--weights", weights).GetProperty("answers")[0])
            .Should().HaveCountLessThanOrEqualTo(6).And.NotBeEmpty();

    [Theory]
    [InlineData("f32")]
    [InlineData("int8")]
    public void AdapterThatAddsTokens_AnswersWithThem(string weights)
    {
        string adding = TestAdapters.Write(folder.PathOf("adding"), folder.Weights, 3, tokens: ["bc", "10"]);

        JsonElement[] rows = [.. Json("abc", "-n", "6", "--adapter", $"none,{adding},{plain}", "--weights", weights)
            .GetProperty("answers").EnumerateArray()];

        if (weights == "f32")
        {
            Ids(rows[1]).Should().Equal(Ids(Alone("abc", [adding])));
            Ids(rows[0]).Should().Equal(Ids(Alone("abc", [])), "the model itself has no added tokens");
        }

        rows[1].GetProperty("base_mean_logprob").ValueKind.Should().Be(JsonValueKind.Number);
    }

    [Fact]
    public void AnswerBeyondTheContext_HasNoScoreOfTheBase() =>
        Json("abc", "-n", "30", "--adapter", "none", "--no-repeat-ngram", "1").GetProperty("answers")[0].GetProperty("base_mean_logprob")
            .ValueKind.Should().Be(JsonValueKind.Null);

    [Fact]
    public void Table_HasARowForEach()
    {
        string table = Run("abc", "-n", "4", "--adapter", $"none,{asked},{plain}").Result();

        table.Should().StartWith("answers to \"abc\", of model with adapters\n");
        table.Should().MatchRegex("\n +none +prompt alone +\".*\n +none +of the test +\".*\n +asked +of the test +\".*\n +plain +prompt alone +\"");
    }

    [Theory]
    [InlineData(2, "gpt2: a template stands around a text: give the prompt as one, without --ids", "--ids", "1,2")]
    [InlineData(2, "gpt2: --max-new-tokens: found 0, expected at least 1", "abc", "-n", "0")]
    [InlineData(1, "gpt2: adapter 'rude': no such folder, nor one with that name in ", "abc", "--adapter", "none,rude")]
    [InlineData(1, "gpt2: adapter '': no such folder", "abc", "--adapter", "none,")]
    public void WrongInput_IsOneLine(int exitCode, string expected, params string[] args) =>
        Run(args).ErrorLine(exitCode).Should().StartWith(expected);

    [Fact]
    public void AdapterOfAnotherModel_IsRefused()
    {
        string foreign = TestAdapters.Write(folder.PathOf("foreign"), TestModels.Random(folder.Weights.Config, 9), 1);

        Run("abc", "--adapter", $"none,{foreign}").ErrorLine(1).Should().StartWith($"gpt2: {foreign}: the adapter belongs to another model");
    }

    [Fact]
    public void WrongTuningFile_IsRefusedWithItsName()
    {
        string tuning = Path.Combine(plain, "tuning.json");
        File.WriteAllText(tuning, "{\"TemplateText\": 3}");
        Run("abc", "--adapter", plain).ErrorLine(1).Should()
            .Be($"gpt2: {tuning}: a value has the wrong type, or a text is not UTF-8, expected an object with Template and TemplateText");
        File.WriteAllText(tuning, "{\"TemplateText\": \"no answer\"}");
        Run("abc", "--adapter", plain).ErrorLine(1).Should().StartWith($"gpt2: {tuning}").And.Contain("{output}");
    }

    private static int[] Ids(JsonElement row) => [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

    private static double Mean(JsonElement row, string name) => row.GetProperty(name).GetDouble();

    private CommandRun Run(params string[] args) => CommandRun.Of(["compare", .. args, "--model", folder.Model]);

    private JsonElement Json(params string[] args) => JsonDocument.Parse(Run([.. args, "--json"]).Result()).RootElement;

    private JsonElement Alone(string prompt, string[] adapters, params string[] options) => JsonDocument.Parse(CommandRun.Of(
    [
        "generate", prompt, "--model", folder.Model, "--json", "--logprobs", "0", .. options.Length > 0 ? options : ["-n", "6"],
        .. adapters.SelectMany(one => new[] { "--adapter", one }),
    ]).Result()).RootElement.GetProperty("completions")[0];
}
