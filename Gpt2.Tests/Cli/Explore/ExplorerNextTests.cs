// What the view of the next token is told: as gpt2 explain explains it, and what gpt2 generate generates.

using System.Net;
using System.Text.Json;
using Gpt2.Core;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerNextTests : IAsyncLifetime
{
    private const string Prompt = "Mike is quick. He moves";

    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync(
        other: LanguageModel.Load("gpt2-workshop", new LoadOptions { Kernels = KernelSet.Create(KernelRung.Tuned), KeepMatrices = true }));

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [Theory]
    [InlineData(1, 0, 1, 0, 11)]
    [InlineData(2, 40, 1, 0, 12)]
    [InlineData(1.7, 0, 0.9, 0.01, 13)]
    [InlineData(0, 0, 1, 0, 14)]
    public async Task Next_StepByStep_IsWhatGenerateGenerates(double temperature, int topK, double topP, double minP, int seed)
    {
        const int Tokens = 5;
        string[] options = [.. new (string Name, double Value)[]
            { ("--temperature", temperature), ("--top-k", topK), ("--top-p", topP), ("--min-p", minP), ("--seed", seed) }
            .SelectMany(option => new[] { option.Name, FormattableString.Invariant($"{option.Value}") })];
        using JsonDocument generated = JsonDocument.Parse(CommandRun.Of(["generate", Prompt, "-n", $"{Tokens}", "--json", .. options]).Result());
        int[] expected = [.. generated.RootElement.GetProperty("completions")[0].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

        string prompt = Prompt;
        var drawn = new List<int>();
        for (int draws = 0; draws < Tokens; draws++)
        {
            string path = FormattableString.Invariant(
                $"next?temperature={temperature}&topK={topK}&topP={topP}&minP={minP}&seed={seed}&draws={draws}");
            JsonElement body = await explorer.AskAsync(await explorer.RunAsync(prompt), path);
            drawn.Add(body.GetProperty("drawn").GetInt32());
            (body.GetProperty("random").ValueKind == JsonValueKind.Null).Should().Be(temperature == 0);
            body.GetProperty("isReadAlike").GetBoolean().Should().BeTrue();
            prompt = body.GetProperty("longer").GetString()!;
        }

        drawn.Should().Equal(expected);
        prompt.Should().Be(Prompt + generated.RootElement.GetProperty("completions")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Next_IsWhatExplainExplains()
    {
        const int Listed = 60;
        CommandRun run = CommandRun.Of(
            "explain", Prompt, "--temperature", "1.5", "--top-k", "50", "--top-p", "0.95", "--min-p", "0.001", "--seed", "3", "--json",
            "--top", $"{Listed}");
        JsonElement expected = JsonDocument.Parse(run.Result()).RootElement;

        JsonElement body = await explorer.AskAsync(
            await explorer.RunAsync(Prompt), $"next?temperature=1.5&topK=50&topP=0.95&minP=0.001&seed=3&top={Listed}");

        body.GetProperty("candidates").GetInt32().Should().Be(2048);
        body.GetProperty("random").GetDouble().Should().Be(expected.GetProperty("random").GetDouble());
        body.GetProperty("drawn").GetInt32().Should().Be(expected.GetProperty("drawn").GetProperty("id").GetInt32());
        JsonElement[] stages = [.. body.GetProperty("stages").EnumerateArray()];
        stages.Select(stage => stage.GetProperty("label").GetString()).Should().Equal("temperature 1.5", "top-k 50", "top-p 0.95", "min-p 0.001");
        stages.Select(stage => (stage.GetProperty("kept").GetInt32(), stage.GetProperty("dropped").GetDouble())).Should().Equal(
            expected.GetProperty("stages").EnumerateArray()
                .Select(stage => (stage.GetProperty("kept").GetInt32(), stage.GetProperty("dropped").GetDouble())));
        body.GetProperty("kept").GetInt32().Should().Be(stages[^1].GetProperty("kept").GetInt32());
        JsonElement[] tokens = [.. body.GetProperty("tokens").EnumerateArray()], explained = [.. expected.GetProperty("tokens").EnumerateArray()];
        tokens.Should().HaveCount(explained.Length).And.HaveCountGreaterThanOrEqualTo(Listed);
        foreach ((JsonElement token, JsonElement other) in tokens.Zip(explained))
        {
            token.GetProperty("id").GetInt32().Should().Be(other.GetProperty("id").GetInt32());
            token.GetProperty("droppedBy").GetString().Should().Be(other.GetProperty("dropped_by").GetString());
            foreach ((string mine, string theirs) in
                new[] { ("probability", "probability"), ("tempered", "after_temperature"), ("final", "renormalised") })
            {
                token.GetProperty(mine).GetDouble().Should().Be(other.GetProperty(theirs).GetDouble());
            }
        }

        tokens.Select(token => token.GetProperty("rank").GetInt32()).Take(Listed).Should().Equal(Enumerable.Range(1, Listed));
    }

    [Fact]
    public async Task Next_HalfACharacter_IsNoLongerPrompt()
    {
        await using RunningExplorer bytes = await RunningExplorer.StartAsync();
        JsonElement session = await bytes.RunAsync("ab a");
        var seen = new HashSet<bool>();
        for (int seed = 0; seed < 30; seed++)
        {
            JsonElement body = await bytes.AskAsync(session, $"next?temperature=3&seed={seed}");
            int id = body.GetProperty("drawn").GetInt32();
            byte first = RunningExplorer.Vocabulary.BytesOf(id)[0];
            string? longer = body.GetProperty("longer").GetString();
            longer.Should().Be(first < 0x80 ? "ab a" + bytes.Model.Tokenizer.Decode([id]) : null);
            body.GetProperty("isReadAlike").GetBoolean().Should()
                .Be(longer is not null && bytes.Model.Tokenizer.Encode(longer).SequenceEqual([.. bytes.Model.Tokenizer.Encode("ab a"), id]));
            seen.Add(longer is null);
        }

        seen.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("temperature=-1", "temperature is -1, expected a finite number of at least 0")]
    [InlineData("temperature=warm", "'temperature' is 'warm', expected a number")]
    [InlineData("topK=-1", "'topK' is '-1', expected a whole number from 0 to 2147483647")]
    [InlineData("topP=0", "top-p is 0, expected more than 0 and at most 1, which keeps all tokens")]
    [InlineData("minP=2", "min-p is 2, expected 0, which keeps all tokens, to 1")]
    [InlineData("seed=1.5", "'seed' is '1.5', expected a whole number")]
    public async Task Next_WrongOption_IsRefused(string query, string message)
    {
        JsonElement session = await explorer.RunAsync(Prompt);
        using HttpResponseMessage response = await explorer.Client.GetAsync(RunningExplorer.PathOf(session, "next?" + query));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString()
            .Should().Be(message);
    }
}
